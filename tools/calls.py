"""What a model may call, what it called, and what came of it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Ended = Literal["finish", "ask"]
"""A call that ends the work: the model is done, or a human has to answer."""


class ToolCall(BaseModel):
    """A call that is complete: `arguments` is one JSON object that was checked against the schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    arguments: dict[str, Any]
    problem: str = ""
    """Why it cannot be run (unknown tool, arguments malformed); the model gets it as the result."""


class ToolSpec(BaseModel):
    """A tool offered to a model: `parameters` is a JSON schema of an object."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str
    parameters: dict[str, Any]


class ToolOutcome(BaseModel):
    """What a call came to. `text` is what the model reads, plain and capped.

    `edits` are the paths that changed. `bad` marks a call that was not run because it was wrong
    (LLM-01); `refused` one that was well-formed and not allowed or not possible; `red` one that was
    run and shows something to mend.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    edits: tuple[str, ...] = ()
    ended: Ended | None = None
    bad: bool = False
    refused: bool = False
    red: bool = False
