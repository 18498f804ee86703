"""A definition's own tests: what all its recipes make of the files of a case. Nothing is executed."""

from collections.abc import Mapping

from patchwright.tools.recipes.platform import Knobs
from patchwright.tools.transformations.definition import Case, Definition
from patchwright.tools.transformations.planning import dry_run


class CaseTree:
    """The files of a case (a `FileTree`)."""

    key = "case"

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = {path: text.encode() for path, text in files.items()}

    def paths(self) -> list[str]:
        """All files, sorted."""
        return sorted(self._files)

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises KeyError."""
        return self._files[path]


def failures(definition: Definition, case: Case) -> tuple[str, ...]:
    """A sentence for each file that does not become what the case says."""
    last = definition.stages[-1].name
    after = dry_run(definition, CaseTree(case.before), Knobs()).trees[last]
    wanted = {**case.before, **case.after}
    now = {path: after.read(path).decode("utf-8", "replace") for path in after.paths()}
    paths = sorted({*wanted, *now})
    return tuple(
        _different(path, wanted.get(path), now.get(path)) for path in paths if wanted.get(path) != now.get(path)
    )


def _different(path: str, wanted: str | None, now: str | None) -> str:
    if wanted is None or now is None:
        return f"{path} is {'there' if wanted is None else 'not there'}"
    lines = zip(wanted.splitlines(), now.splitlines(), strict=False)
    at, (want, got) = next(((n, pair) for n, pair in enumerate(lines, 1) if pair[0] != pair[1]), (0, ("", "")))
    return f"{path}:{at} is {got.strip()!r}, not {want.strip()!r}" if at else f"{path} has more or fewer lines"
