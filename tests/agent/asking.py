"""Questions for tests, and a model behind an endpoint of the loopback interface."""

from typing import Any

from pydantic import SecretStr

from patchwright.agent.book import CapabilityBook
from patchwright.agent.llm import Clock, HttpModel
from patchwright.agent.messages import Message, Request, ToolSpec
from patchwright.agent.roles import Endpoint
from patchwright.tools.secrets import Redactor
from tests.agent.fake_endpoint import KEY

READ = ToolSpec(
    name="read",
    description="Read a file.",
    parameters={
        "type": "object",
        "properties": {"path": {"type": "string"}},
        "required": ["path"],
        "additionalProperties": False,
    },
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"summary": {"type": "string", "maxLength": 100, "default": ""}},
    "required": ["summary"],
    "additionalProperties": False,
}
PLAN = '{"summary": "fix it"}'


def ask(text: str = "Fix it.", **more: Any) -> Request:
    return Request("editor", [Message(role="system", content="You edit."), Message(role="user", content=text)], **more)


class Waits:
    """A clock that notes waits instead of waiting."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def clock(self) -> Clock:
        return Clock(sleep=self.waits.append, chance=lambda: 0.5)


def model(url: str, waits: Waits | None = None, book: CapabilityBook | None = None, **more: Any) -> HttpModel:
    settings: dict[str, Any] = {"timeout": 20.0, **more}
    end = Endpoint(role="editor", base_url=url, model="m", api_key=SecretStr(KEY), key_source="MY_KEY", **settings)
    return HttpModel(end, book or CapabilityBook(), Redactor(["hunter2-secret"]), clock=(waits or Waits()).clock())
