"""What is said to a model and what it answers, in the terms of the chat-completions wire."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from patchwright.agent.run import Usage
from patchwright.tools.calls import ToolCall as ToolCall
from patchwright.tools.calls import ToolSpec as ToolSpec

ModelRole = Literal["planner", "editor", "reviewer", "summarizer"]


class Message(BaseModel):
    """One message. `tool_call_id` is set on role "tool" only, `tool_calls` on "assistant" only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    reasoning: str = ""
    """What the model thought before it; sent back only to an endpoint that wants it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model. With `schema` the answer must be one JSON object that fits it.

    `temperature` and `seed` go before the role's own settings, where the endpoint takes them.
    """

    role: ModelRole
    messages: Sequence[Message]
    tools: Sequence[ToolSpec] = ()
    schema: dict[str, Any] | None = None
    schema_name: str = "answer"
    temperature: float | None = None
    seed: int | None = None


class Reply(BaseModel):
    """A whole answer. `parsed` is the JSON object if a schema was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    parsed: dict[str, Any] | None = None
    reasoning: str = ""
    usage: Usage = Usage()
    model: str = ""
    stand_in: str = ""
    """The name of the fallback that answered, if one did."""


class Model(Protocol):
    """One role's endpoint.

    Raises `ModelUnavailable` (down, 5xx, 429 after retries), `ModelRefused` (401, 403, 404, bad
    request), `ContextExceeded` (ask with less), `ModelGarbage` (no usable answer after the repair turn).
    """

    def complete(self, request: Request) -> Reply:
        """Ask once, with retries inside one deadline; never returns a partial answer."""
        ...
