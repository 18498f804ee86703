"""What a transformation is: entry checks, ordered stages, invariants, knobs, and its own before/after cases."""

import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from patchwright.tools.recipes.registry import NAMES
from patchwright.tools.transformations.checks import TransformationCheck, parse_check, shown
from patchwright.tools.transformations.languages import BY_FAMILY, Family, Language, Release

LARGEST = 1 << 20

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,60}$")]
Text = Annotated[str, Field(max_length=8000)]
Written = str | tuple[str, ...]


class BadDefinition(ValueError):
    """A definition does not exist, or says something that cannot be done; says what, and where."""


class Record(BaseModel):
    """A frozen record; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _checks(written: tuple[Written, ...]) -> tuple[Written, ...]:
    for one in written:
        parse_check(one)
    return written


class Stage(Record):
    """Recipes in order, what a model is asked to do with what they leave, and the checks that end the stage."""

    name: Name
    title: Text = ""
    recipes: tuple[str, ...] = ()
    instruction: Text = ""
    exit: tuple[Written, ...] = ()

    _exit = field_validator("exit")(_checks)

    @field_validator("recipes")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in NAMES:
                raise ValueError(f"there is no recipe {name!r}; there are: {', '.join(NAMES)}")
        return names


class Settings(Record):
    """The user's knobs: versions to take, and what must stay as it is, by `group:artifact`."""

    pin: dict[str, str] = {}
    forbid: tuple[str, ...] = ()


class Case(Record):
    """One of the definition's own tests: what all recipes of its stages make of these files."""

    name: Text
    before: dict[str, str]
    after: dict[str, str]
    """The files that change, with their new text; all others stay."""


class Definition(Record):
    """One transformation. `family` is the image in which it is judged, and tells the language.

    `target` is the release as people write it: 17 of Java, "3.13" of Python, in quotes because 3.10 is no number.
    """

    name: Name
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: Text = ""
    family: Family
    target: Annotated[str, Field(pattern=r"^(?:[89]|[1-9]\d|3\.\d{1,2})$")]
    entry: tuple[Written, ...] = ()
    invariants: tuple[Written, ...] = ()
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=20)]
    knobs: Settings = Settings()
    cases: tuple[Case, ...] = ()

    _entry = field_validator("entry")(_checks)
    _invariants = field_validator("invariants")(_checks)

    @field_validator("target", mode="before")
    @classmethod
    def _written(cls, target: object) -> object:
        return str(target) if isinstance(target, int) else target

    @field_validator("stages")
    @classmethod
    def _different(cls, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        if len({stage.name for stage in stages}) != len(stages):
            raise ValueError("two stages have the same name")
        return stages

    @model_validator(mode="after")
    def _of_one_language(self) -> "Definition":
        language = self.language
        newest = language.images[self.family]
        if len(self.release) != len(newest) or self.release > newest:
            raise ValueError(f"target {self.target} is no release of {language.name} that the image {self.family} runs")
        for name in (name for stage in self.stages for name in stage.recipes):
            if not name.startswith(language.recipes):
                raise ValueError(f"{name} is no recipe for {language.name}, which {self.family} runs")
        for words, check in self._all_checks():
            if isinstance(check, language.foreign):
                raise ValueError(f"the check {words!r} means nothing for {language.name}, which {self.family} runs")
        return self

    @property
    def language(self) -> Language:
        """What its sources are written in, and how they are judged."""
        return BY_FAMILY[self.family]

    @property
    def release(self) -> Release:
        """The target in numbers: (17,), (3, 13)."""
        return tuple(int(part) for part in self.target.split("."))

    def looks_at(self, kind: type[TransformationCheck]) -> bool:
        """Whether a check of this kind is among its own."""
        return any(isinstance(check, kind) for _, check in self._all_checks())

    def _all_checks(self) -> tuple[tuple[str, TransformationCheck], ...]:
        return parsed((*self.entry, *(one for stage in self.stages for one in stage.exit), *self.invariants))

    def stage(self, name: str) -> Stage:
        """The stage of that name. Raises KeyError."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def must_hold_after(self, stage: Stage) -> tuple[tuple[str, TransformationCheck], ...]:
        """What is judged when a stage ends: the exit checks of it and of those before, and the invariants."""
        done = self.stages[: self.stages.index(stage) + 1]
        written = (*(one for each in done for one in each.exit), *self.invariants)
        return parsed(written)


def parsed(written: Sequence[Written]) -> tuple[tuple[str, TransformationCheck], ...]:
    """Each check once, with its words."""
    return tuple({shown(one): parse_check(one) for one in written}.items())


def parse_definition(text: str, source: str) -> Definition:
    """Read a definition; `source` names it in messages. Raises `BadDefinition`."""
    if len(text) > LARGEST:
        raise BadDefinition(f"{source} is larger than {LARGEST >> 20} MB: that is no definition.")
    try:
        return Definition.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadDefinition(f"{source} is not TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "its parts, taken together"
        raise BadDefinition(f"{source} is wrong at {where}: {first['msg'].removeprefix('Value error, ')}.") from error


def shipped() -> dict[str, str]:
    """The definitions that come with patchwright: text by name."""
    folder = resources.files("patchwright.tools.transformations").joinpath("definitions")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    return {one.name.removesuffix(".toml"): one.read_text("utf-8") for one in files}


def template(name: str) -> str:
    """A definition to begin with: it holds everything that one can say, explained."""
    text = resources.files("patchwright.tools.transformations").joinpath("template.toml").read_text("utf-8")
    return text.replace('name = "NAME"', f'name = "{name}"', 1)


def find_definition(name: str) -> tuple[str, Definition]:
    """A shipped definition by its name, or one in a file: its text, and what it says. Raises `BadDefinition`."""
    known = shipped()
    if name in known:
        return known[name], parse_definition(known[name], name)
    path = Path(name)
    if not path.is_file():
        raise BadDefinition(
            f"There is no transformation {name!r}, and no file of that name. There are: {', '.join(known)}."
        )
    text = path.read_text("utf-8", errors="replace")
    return text, parse_definition(text, name)
