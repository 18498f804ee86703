"""C and C++: CMake with CTest, configure and make, or at least the compiler's word on every file."""

import re

from patchwright.tools.checks import Check
from patchwright.tools.toolchains.base import REPORTS, Found, named, text_of, with_suffix
from patchwright.tools.tree import FileTree

BUILD = "/tmp/build"
CMAKE = f"cmake -S . -B {BUILD} -DBUILD_TESTING=ON && cmake --build {BUILD} -j 2"
CONFIGURE = "if [ ! -f Makefile ] && [ -f configure ]; then sh ./configure || exit 1; fi; "
SYNTAX = "find . -name '*.c' -print0 | xargs -0 gcc -fsyntax-only -I. -Iinclude -Isrc"


def detect_c(tree: FileTree) -> Found | None:
    """Checks of a C or C++ tree; None if it holds no C, C++ or only headers."""
    paths = tree.paths()
    sources = with_suffix(paths, ".c", ".cc", ".cpp", ".cxx")
    if not sources:
        return None
    manifest = next(
        (name for name in ("CMakeLists.txt", "configure", "Makefile", "GNUmakefile", "makefile") if name in paths), ""
    )
    env = {"CTEST_OUTPUT_ON_FAILURE": "1", "LC_ALL": "C.UTF-8"}
    if manifest == "CMakeLists.txt":
        checks = _cmake(tree, env)
    elif manifest:
        checks = _make(text_of(tree, manifest) if manifest != "configure" else text_of(tree, "Makefile.in"), env)
    else:
        checks = [Check(name="gcc", kind="syntax", command=("sh", "-c", SYNTAX), report="gcc", env=env)]
    notes = [f"C or C++, by {manifest or 'its source files'}."]
    if any(check.report == "exit-code" and check.kind == "tests" for check in checks):
        notes.append("make tells no single tests: its tests are judged by the exit status alone.")
    return Found("c", len(sources) + (1000 if manifest else 0), tuple(checks), env=env, notes=tuple(notes))


def _cmake(tree: FileTree, env: dict[str, str]) -> list[Check]:
    checks = [Check(name="cmake", kind="build", command=("sh", "-c", CMAKE), report="gcc", env=env)]
    lists = [text_of(tree, path) for path in named(tree.paths(), "CMakeLists.txt")]
    if any(re.search(r"(?i)add_test|discover_tests|enable_testing", text) for text in lists):
        report = f"{REPORTS}/ctest.xml"
        run = f"{{ {CMAKE}; }} >/dev/null && exec ctest --test-dir {BUILD} --output-junit {report} --no-tests=error"
        checks.append(
            Check(name="ctest", kind="tests", command=("sh", "-c", run), report="junit", reports=(report,), env=env)
        )
    return checks


def _make(makefile: str, env: dict[str, str]) -> list[Check]:
    checks = [
        Check(name="make", kind="build", command=("sh", "-c", f"{CONFIGURE}exec make -j 2"), report="gcc", env=env)
    ]
    found = re.search(r"^(check|test|tests):", makefile, re.MULTILINE)
    if found:
        command = ("sh", "-c", f"{CONFIGURE}exec make {found[1]}")
        checks.append(Check(name=f"make {found[1]}", kind="tests", command=command, report="exit-code", env=env))
    return checks
