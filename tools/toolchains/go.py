"""Go: build, vet and `go test -json`, all from the module cache of the dependency step."""

from patchwright.tools.checks import Check
from patchwright.tools.toolchains.base import DEPS, REPORTS, Found, into_report, named, text_of, with_suffix
from patchwright.tools.tree import FileTree

MODULES = {"GOPATH": f"{DEPS}/go", "GOMODCACHE": f"{DEPS}/go/mod", "GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false"}


def detect_go(tree: FileTree) -> Found | None:
    """Checks, dependencies and settings of a Go module; None if there is no go.mod at the root."""
    paths = tree.paths()
    if "go.mod" not in paths and "go.work" not in paths:
        return None
    sources = with_suffix(paths, ".go")
    env = {
        **MODULES,
        "GOPROXY": "off",
        "GOCACHE": "/tmp/go-build",
        "GONOSUMDB": "*",
        # Without cgo nothing but the Go toolchain is needed; a tree that imports "C" needs it.
        "CGO_ENABLED": "1" if any('import "C"' in text_of(tree, path) for path in sources) else "0",
    }
    report = f"{REPORTS}/go.json"
    test = ("go", "test", "-json")
    checks = [
        Check(
            name="go build", kind="build", command=("go", "build", "-o", "/dev/null", "./..."), report="gcc", env=env
        ),
        Check(name="go vet", kind="lint", command=("go", "vet", "./..."), report="gcc", env=env),
    ]
    if any(path.endswith("_test.go") for path in sources):
        whole, some = into_report("go.json", *test, "./..."), into_report("go.json", *test, "{packages}")
        tests = Check(
            name="go test", kind="tests", command=whole, report="go-json", reports=(report,), narrow=some, env=env
        )
        checks.append(tests)
    needs = any("require" in text_of(tree, path) for path in named(paths, "go.mod"))
    names = named(paths, "go.mod", "go.sum", "go.work", "go.work.sum") if needs else []
    settings = " ".join(f"{name}={value}" for name, value in MODULES.items())
    commands = (("sh", "-c", f"{settings} go mod download"),) if needs and "vendor/modules.txt" not in paths else ()
    notes = (f"Go, by {'go.work' if 'go.work' in paths else 'go.mod'}.",)
    files = {path: tree.read(path) for path in names} if commands else {}
    return Found("go", len(sources) + 1000, tuple(checks), files, commands, env, notes=notes)
