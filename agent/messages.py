"""What is said to a model and what it answers, in the terms of the chat-completions wire."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from patchwright.agent.run import Usage

ModelRole = Literal["planner", "editor", "reviewer", "summarizer"]


class ToolCall(BaseModel):
    """A call that is complete: `arguments` is one JSON object that was checked against the schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    arguments: dict[str, Any]
    problem: str = ""
    """Why it cannot be run (unknown tool, arguments malformed); the model gets it as the result."""


class Message(BaseModel):
    """One message. `tool_call_id` is set on role "tool" only, `tool_calls` on "assistant" only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


class ToolSpec(BaseModel):
    """A tool offered to a model: `parameters` is a JSON schema of an object."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model. With `schema` the answer must be one JSON object that fits it."""

    role: ModelRole
    messages: Sequence[Message]
    tools: Sequence[ToolSpec] = ()
    schema: dict[str, Any] | None = None
    schema_name: str = "answer"


class Reply(BaseModel):
    """A whole answer. `parsed` is the JSON object if a schema was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    parsed: dict[str, Any] | None = None
    usage: Usage = Usage()
    model: str = ""


class Model(Protocol):
    """One role's endpoint.

    Raises `ModelUnavailable` (down, 5xx, 429 after retries), `ModelRefused` (401, 403, 404, bad
    request), `ModelGarbage` (no usable answer after the repair turn).
    """

    def complete(self, request: Request) -> Reply:
        """Ask once, with retries inside one deadline; never returns a partial answer."""
        ...
