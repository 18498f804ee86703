"""Which commands judge a repository, in which image, after which dependencies: all of it read, nothing executed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from patchwright.sandbox.base import Limits
from patchwright.sandbox.dependencies import DependencyStep
from patchwright.tools.checks import Check, CheckKind
from patchwright.tools.toolchains.base import Family, Found
from patchwright.tools.tree import FileTree

ORDER: tuple[CheckKind, ...] = ("syntax", "build", "types", "lint", "tests")

MAX_TIMEOUT = 7200.0


class BadSettings(ValueError):
    """The settings name an unknown key or a wrong value; says which. The user has to change them."""


class Toolchain(BaseModel):
    """What was detected. The first of `families` is the image in which everything runs.

    `files` and `commands` are the dependency step (see `DependencyStep`); `env` is the environment
    of every command at run time; `protected` are globs of the tests and what steers them; `notes`
    are sentences for a person: what was found, from what, and what is missing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    families: tuple[Family, ...] = ()
    checks: tuple[Check, ...] = ()
    files: dict[str, bytes] = {}
    commands: tuple[tuple[str, ...], ...] = ()
    env: dict[str, str] = {}
    protected: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def family(self) -> Family:
        """The image family; "python" for a tree in which nothing was recognised."""
        return self.families[0] if self.families else "python"

    def limits(self, most: Limits) -> Limits:
        """Of what the operator allows, what this toolchain's commands may use (RES-01)."""
        java = self.family.startswith("java")
        return replace(most, processes=max(most.processes, most.java_processes)) if java else most

    @property
    def dependencies(self) -> DependencyStep | None:
        """What has to be installed before the network is shut; None if nothing."""
        return DependencyStep(self.family, self.files, self.commands) if self.commands else None


class Wishes(BaseModel):
    """What settings may say: checks instead of the detected ones of the same kind, and more protected globs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checks: Annotated[tuple[Check, ...], Field(max_length=50)] = ()
    protected: Annotated[tuple[str, ...], Field(max_length=500)] = ()


def detect(tree: FileTree, settings: Mapping[str, Any] | None = None) -> Toolchain:
    """The toolchain of a tree; `settings` are `Wishes`, such as the repository's own at the base commit (CFG-01).

    Raises `BadSettings` on unknown keys or wrong values.
    """
    wishes = _wishes(settings or {})
    found = sorted((one for detector in _detectors() if (one := detector(tree))), key=lambda one: -one.weight)
    if not found:
        nothing = ("No language was recognised: name the commands that judge it in patchwright.toml ([[checks]]).",)
        return _with_wishes(Toolchain(notes=nothing), wishes)
    best = found[0]
    notes = (*best.notes, *_others(found[1:]), *_missing(best))
    toolchain = Toolchain(
        families=tuple(dict.fromkeys(one.family for one in found)),
        checks=tuple(sorted(best.checks, key=lambda check: ORDER.index(check.kind))),
        files=dict(best.files),
        commands=best.commands,
        env=dict(best.env),
        protected=best.protected,
        notes=notes,
    )
    return _with_wishes(toolchain, wishes)


def _detectors() -> tuple[Callable[[FileTree], Found | None], ...]:
    """Imported when a tree is looked at: most commands only read what was found."""
    from patchwright.tools.toolchains.c import detect_c
    from patchwright.tools.toolchains.go import detect_go
    from patchwright.tools.toolchains.java import detect_java
    from patchwright.tools.toolchains.node import detect_node
    from patchwright.tools.toolchains.python import detect_python
    from patchwright.tools.toolchains.rust import detect_rust

    return detect_python, detect_java, detect_node, detect_go, detect_rust, detect_c


def detectors() -> str:
    """A name for what `detect` does: another version of the detectors has another one."""
    here = Path(__file__).parent
    sources = sorted((here / "toolchains").glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _wishes(settings: Mapping[str, Any]) -> Wishes:
    try:
        wishes = Wishes.model_validate(dict(settings))
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadSettings(f"The settings of the checks are wrong at {where}: {first['msg']}.") from problem
    for check in wishes.checks:
        _check_wish(check)
    return wishes


def _check_wish(check: Check) -> None:
    if not check.command:
        raise BadSettings(f"The check {check.name!r} has no command.")
    if not 0 < check.timeout <= MAX_TIMEOUT:
        raise BadSettings(f"The timeout of the check {check.name!r} has to be above 0 and at most {MAX_TIMEOUT:g} s.")
    for pattern in (*check.reports, check.cwd):
        if ".." in pattern.split("/") or (pattern.startswith("/") and not pattern.startswith("/tmp/")):
            raise BadSettings(f"The check {check.name!r} names {pattern!r}: only paths in the tree or under /tmp.")


def _with_wishes(toolchain: Toolchain, wishes: Wishes) -> Toolchain:
    kinds = {check.kind for check in wishes.checks}
    kept = tuple(check for check in toolchain.checks if check.kind not in kinds)
    wished = tuple(check.model_copy(update={"env": {**toolchain.env, **check.env}}) for check in wishes.checks)
    note = (f"From settings: {', '.join(check.name for check in wished)}.",) if wished else ()
    return toolchain.model_copy(
        update={
            "checks": tuple(sorted((*kept, *wished), key=lambda check: ORDER.index(check.kind))),
            "protected": (*toolchain.protected, *wishes.protected),
            "notes": (*toolchain.notes, *note),
        }
    )


def _others(found: list[Found]) -> list[str]:
    return [
        f"Also holds {one.family} ({one.weight % 1000} files), which is not checked: one image per run."
        for one in found
    ]


def _missing(best: Found) -> list[str]:
    if any(check.kind == "tests" for check in best.checks):
        return []
    return ["No tests were found: nothing will prove that a change does what it should."]
