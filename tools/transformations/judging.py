"""Whether a check of a definition holds: decided from what was observed, one sentence for each that does not."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from patchwright.sandbox.base import ExecResult
from patchwright.tools.checks import Results
from patchwright.tools.compare import BAD, compare
from patchwright.tools.paths import matching
from patchwright.tools.recipes.java.maven import Project
from patchwright.tools.recipes.java.raising import declared
from patchwright.tools.recipes.java.versions import older
from patchwright.tools.recipes.planning import is_example
from patchwright.tools.transformations import checks as c
from patchwright.tools.transformations.definition import Definition, parsed
from patchwright.tools.transformations.languages import Language
from patchwright.tools.tree import FileTree


@dataclass(frozen=True, slots=True)
class Observed:
    """A tree against its base: the files, what the toolchain's checks said, the class files, and a place to run in."""

    language: Language
    base: FileTree
    now: FileTree
    before: Results
    after: Results
    classes: Mapping[str, int]
    run: Callable[[tuple[str, ...]], ExecResult]


def unmet(checks: Iterable[tuple[str, c.TransformationCheck]], seen: Observed) -> tuple[str, ...]:
    """A sentence for each check that does not hold, in their order."""
    return tuple(f"{words}: {why}" for words, check in checks if (why := judge_check(check, seen)))


def judge_check(check: c.TransformationCheck, seen: Observed) -> str:
    """Why the check does not hold; "" if it does."""
    match check:
        case c.FileExists(path):
            return "" if matching(seen.now.paths(), path) else f"there is no {path}"
        case c.Compiles():
            return not_compiled(seen.after)
        case c.AllTestsPass():
            return not_compiled(seen.after) or _tests_pass(seen.after)
        case c.NotFewerTests():
            return _not_fewer(seen)
        case c.SameTestMethods():
            return _difference(seen.language.tests(seen.base), seen.language.tests(seen.now))
        case c.ClassMajor(major):
            return _majors(seen.classes, major)
        case c.PythonIs(release):
            return _python(seen.run(("python3", "-I", "-S", "-V")), release)
        case c.NoNewDiagnostics():
            found = compare(seen.before, seen.after).new_diagnostics
            return f"{len(found)} new, first {found[0].path}:{found[0].line} {found[0].message}" if found else ""
        case c.DependencyAtLeast(name, version):
            return _dependency(seen.now, name, version)
        case c.ApiUnchanged():
            return _difference(*_faces(seen))
        case c.Command(arguments):
            done = seen.run(arguments)
            return "" if done.ok else f"it ended with status {done.exit_code}: {done.text[-300:]}"
        case _:
            assert_never(check)


def entry_problems(definition: Definition, tree: FileTree, before: Results) -> tuple[str, ...]:
    """Why a transformation cannot begin here. Entry checks look at the base alone: no command is run."""

    def refuse(arguments: tuple[str, ...]) -> ExecResult:
        return ExecResult(126, f"{arguments[0]} is not run: entry checks only look".encode(), 0.0)

    seen = Observed(definition.language, tree, tree, before, before, {}, refuse)
    return unmet(parsed(definition.entry), seen)


def not_compiled(results: Results) -> str:
    """Why a tree does not compile; "" if it does. Where nothing is built, examples need not be in today's syntax."""
    builds = [result for result in results.checks if result.check.kind == "build"]
    syntax = [result for result in results.checks if result.check.kind == "syntax"]
    if not builds and not syntax:
        return "nothing was built"
    failed = [result for result in builds or syntax if result.exit_code != 0]
    if not builds and all(result.diagnostics for result in failed):
        wrong = [found for result in failed for found in result.diagnostics if not is_example(found.path)]
        return f"{len(wrong)} errors, first {wrong[0].path}:{wrong[0].line} {wrong[0].message}" if wrong else ""
    return f"{failed[0].check.name} ended with status {failed[0].exit_code}" if failed else ""


def _tests_pass(results: Results) -> str:
    ran = [result for result in results.checks if result.check.kind == "tests"]
    if not ran:
        return "there are no tests"
    failed = [test.id for result in ran for test in result.tests if test.status in BAD]
    if failed:
        return f"{len(failed)} fail, first {failed[0]}"
    spoiled = next((result for result in ran if result.exit_code or result.problem), None)
    return f"{spoiled.check.name} ended with status {spoiled.exit_code}: {spoiled.problem}" if spoiled else ""


def _not_fewer(seen: Observed) -> str:
    before, after = len(seen.before.tests()), len(seen.after.tests())
    expected = before or seen.language.declared(seen.base)
    return "" if after >= expected else f"{after} ran, {expected} {'ran before' if before else 'are declared'}"


def _difference(before: frozenset[str], after: frozenset[str]) -> str:
    gone, came = sorted(before - after), sorted(after - before)
    words = [f"{len(gone)} gone, first {gone[0]}" if gone else "", f"{len(came)} new, first {came[0]}" if came else ""]
    return "; ".join(word for word in words if word)


def _faces(seen: Observed) -> tuple[frozenset[str], frozenset[str]]:
    """What is public before and after; of a file that could not be read before, nothing can be said."""
    before, now = seen.language.face(seen.base), seen.language.face(seen.now)
    unknown = set(seen.base.paths()) - set(before)
    return _lines(before), _lines({path: heads for path, heads in now.items() if path not in unknown})


def _lines(face: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset(f"{path}: {head}" for path, heads in face.items() for head in heads)


def _majors(classes: Mapping[str, int], major: int) -> str:
    others = {path: found for path, found in classes.items() if found != major}
    if not classes:
        return "the build made no class files"
    counts = ", ".join(f"{number} of {found}" for found, number in sorted(Counter(others.values()).items()))
    return f"{counts}, first {min(others)}" if others else ""


def _python(done: ExecResult, release: str) -> str:
    found = re.match(r"Python (3\.\d+)\.", done.text)
    return "" if done.ok and found and found[1] == release else f"it is {done.text[:60].strip()!r}"


def _dependency(tree: FileTree, name: str, version: str) -> str:
    for found in declared(Project(tree), ("dependency",)):
        if found.name == name and found.number and older(found.number, version):
            return f"it is {found.number} at {found.declared.path}:{found.declared.line}"
    return ""
