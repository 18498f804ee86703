"""The plan: ordered intentions that a human approves by revision and hash."""

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from patchwright.agent.issue import Issue

Decision = Literal["approve", "revise", "reject"]

Line = Annotated[str, Field(max_length=300)]
Text = Annotated[str, Field(max_length=8000)]
Path = Annotated[str, Field(min_length=1, max_length=1024)]


class Record(BaseModel):
    """A frozen record that crosses a border (disk, wire, model); unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(Record):
    """A place in the repository that supports a statement. `line` 0: the whole file."""

    path: Path
    line: int = Field(default=0, ge=0)
    note: Line = ""


class Step(Record):
    """One intention: which files, how it is verified, and who does it.

    With `recipe` the step is deterministic; without, the editor model does it. `must_fix` are test
    ids (or prefixes ending in "*") that fail now, or that an earlier step writes, and must pass after
    the step. `files` are globs.
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    intent: Text = ""
    files: tuple[Path, ...] = Field(default=(), max_length=500)
    recipe: Line = ""
    verify: Text = ""
    must_fix: tuple[Line, ...] = Field(default=(), max_length=5000)
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=50)
    author: Line = ""
    """The human who wrote it; "" for a model or recipes. A model may not drop or reword a human's step."""
    stage: Line = ""
    """Of a transformation: the recipes of a stage are judged together."""
    preview: Annotated[str, Field(max_length=200_000)] = ""
    """For recipes: the unified diff of the dry run."""


class Scope(Record):
    """What may change. `paths` are globs (empty: only the steps' files); the rest are permissions."""

    paths: tuple[Path, ...] = Field(default=(), max_length=500)
    dependencies: bool = False
    tests: bool = False
    ci: bool = False


class Question(Record):
    """What only a human can decide. The plan goes by the first of the suggested answers until they say otherwise."""

    question: Annotated[str, Field(min_length=1, max_length=8000)]
    suggestions: tuple[Line, ...] = Field(default=(), max_length=5)

    @property
    def text(self) -> str:
        """The question and its suggestions on one line."""
        suggested = f" Suggested: {' / '.join(self.suggestions)}" if self.suggestions else ""
        return f"{self.question}{suggested}"


class Draft(Record):
    """What a planner returns, before it is a revision."""

    summary: Annotated[str, Field(min_length=1, max_length=8000)]
    root_cause: Text = ""
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=100)
    steps: tuple[Step, ...] = Field(min_length=1, max_length=50)
    scope: Scope = Scope()
    assumptions: tuple[Text, ...] = Field(default=(), max_length=50)
    risks: tuple[Text, ...] = Field(default=(), max_length=50)
    questions: tuple[Question, ...] = Field(default=(), max_length=20)
    leftovers: tuple[Text, ...] = Field(default=(), max_length=5000)
    """What no recipe can do: "path:line kind: reason", each needs a model or a person."""

    @field_validator("questions", mode="before")
    @classmethod
    def _without_suggestions(cls, given: Any) -> Any:
        """Plans of graph version 1 hold questions as plain texts."""
        if not isinstance(given, list | tuple):
            return given
        listed: list[Any] = list(given)  # pyright: ignore[reportUnknownArgumentType]
        return [{"question": one} if isinstance(one, str) else one for one in listed]


class Terms(Record):
    """What the executor will use beside the steps; part of the hash (APR-02).

    `candidates` is how many times the plan is executed; the limits are for all of them together.
    """

    run_id: str
    image: str
    commands: tuple[tuple[str, ...], ...]
    limits: dict[str, float]
    candidates: int = Field(default=1, ge=1, le=8)


class Plan(Record):
    """One revision of a plan. `author` is "planner", "recipes" or a human identity."""

    revision: int = Field(ge=1)
    author: str
    draft: Draft
    terms: Terms
    notes: tuple[str, ...] = ()
    """Feedback of humans so far; kept from revision to revision."""
    sha256: str


def plan_sha256(issue: Issue, draft: Draft, terms: Terms, notes: tuple[str, ...]) -> str:
    """SHA-256 over canonical JSON of everything that execution depends on (APR-02)."""
    material = {
        "issue": issue.model_dump(mode="json"),
        "draft": draft.model_dump(mode="json"),
        "terms": terms.model_dump(mode="json"),
        "notes": list(notes),
    }
    text = json.dumps(material, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Approval(Record):
    """What a human decided about one revision of a plan."""

    decision: Decision
    by: str
    revision: int
    sha256: str
    notes: str = ""
    at: str
