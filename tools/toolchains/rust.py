"""Rust: cargo's own JSON for compiler messages and for tests."""

import re

from patchwright.tools.checks import Check
from patchwright.tools.toolchains.base import DEPS, REPORTS, Found, into_report, named, text_of, with_suffix
from patchwright.tools.tree import FileTree

# Each test binary says who it is, and then speaks JSON, which stable libtest does only when told that it may.
RUNNER = (
    'target."cfg(all())".runner=["sh","-c",'
    '"printf \\"{\\\\\\"binary\\\\\\":\\\\\\"%s\\\\\\"}\\\\n\\" \\"$0\\"; RUSTC_BOOTSTRAP=1 exec \\"$0\\" \\"$@\\""]'
)
TARGET = re.compile(
    r"(?:^|/)(?:src/(?:lib|main)\.rs|src/bin/.*\.rs|tests/[^/]+\.rs|examples/[^/]+\.rs|benches/[^/]+\.rs|build\.rs)$"
)


def detect_rust(tree: FileTree) -> Found | None:
    """Checks, dependencies and settings of a cargo package or workspace; None without Cargo.toml at the root."""
    paths = tree.paths()
    if "Cargo.toml" not in paths:
        return None
    sources = with_suffix(paths, ".rs")
    env = {
        "CARGO_HOME": f"{DEPS}/cargo",
        "CARGO_NET_OFFLINE": "true",
        "CARGO_TERM_COLOR": "never",
        "CARGO_INCREMENTAL": "0",
    }
    manifests = named(paths, "Cargo.toml", "Cargo.lock")
    needs = any(re.search(r"dependencies(?:\.[^\]]+)?\]", text_of(tree, path)) for path in manifests)
    # Cargo refuses a manifest whose targets are missing: empty files stand in for them.
    files = {path: tree.read(path) for path in manifests} | {path: b"" for path in sources if TARGET.search(path)}
    commands = (("sh", "-c", f"CARGO_HOME={DEPS}/cargo cargo fetch"),) if needs else ()
    notes = ("Rust, by Cargo.toml.",)
    return Found(
        "rust", len(sources) + 1000, _checks(tree, sources, env), files if commands else {}, commands, env, notes=notes
    )


def _checks(tree: FileTree, sources: list[str], env: dict[str, str]) -> tuple[Check, ...]:
    build: tuple[str, ...] = ("cargo", "build", "--offline", "--workspace", "--message-format=json")
    test: tuple[str, ...] = (
        "cargo",
        "test",
        "--offline",
        "--workspace",
        "--lib",
        "--bins",
        "--tests",
        "--no-fail-fast",
    )
    test = (*test, "--message-format=json", "--config", RUNNER, "--", "-Z", "unstable-options", "--format=json")
    checks = [_check("cargo build", "build.json", build, env, tests=False)]
    bodies = {path: text_of(tree, path) for path in sources}
    if any("#[test]" in body or "::test]" in body for body in bodies.values()):
        checks.append(_check("cargo test", "test.json", test, env, tests=True))
    if any(re.search(r"//[/!] *```", body) for body in bodies.values()) and any(p.endswith("lib.rs") for p in sources):
        doc = ("cargo", "test", "--offline", "--workspace", "--doc")
        checks.append(Check(name="cargo test --doc", kind="tests", command=doc, report="exit-code", env=env))
    return tuple(checks)


def _check(name: str, report: str, command: tuple[str, ...], env: dict[str, str], *, tests: bool) -> Check:
    return Check(
        name=name,
        kind="tests" if tests else "build",
        command=into_report(report, *command),
        report="cargo",
        reports=(f"{REPORTS}/{report}",),
        env=env,
    )
