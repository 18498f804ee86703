"""What was sent is sent again, byte for byte, so that providers' caches hit; only a fold begins anew."""

import json

import pytest

from patchwright.agent.capabilities import Capabilities
from patchwright.agent.messages import Message, Request
from patchwright.agent.roles import Endpoint
from patchwright.agent.turns import Execute, begin, take_turn
from patchwright.agent.wire import body_of
from patchwright.tools.calls import ToolOutcome
from patchwright.tools.toolbox import specs
from tests.agent.scripts import Script, calls

TOOLS = specs("executing")
ENDPOINT = Endpoint(role="editor", base_url="http://localhost/v1", model="m")


def saying(text: str) -> Execute:
    """Every call gives this."""
    return lambda _: ToolOutcome(text=text)


def serialized(request: Request, known: Capabilities) -> tuple[str, str]:
    """Messages, without the end of the list, and tools, as they go over the wire."""
    body = body_of(ENDPOINT, request, request.messages, known, str)
    return json.dumps(body["messages"]).removesuffix("]"), json.dumps(body.get("tools"))


@pytest.mark.parametrize("context", [128_000, 12_000])
def test_a_request_begins_with_the_one_before_unless_something_was_folded(context: int) -> None:
    first = [Message(role="system", content="s"), Message(role="user", content="u")]
    conversation, last, prefix, folds = begin("editor", first, context=context, limit=10_000), "", first, 0
    tools = set[str]()
    for number in range(60):
        model = Script(calls(("run", {"command": f"c{number}"}), content=f"thought {number}"))
        text = f"out {number}\n" + "x" * 2000
        conversation = take_turn(conversation, model, saying(text), TOOLS).conversation
        sent, offered = serialized(model.requests[0], Capabilities())
        tools.add(offered)
        folded = list(conversation.memory.prefix) != prefix
        assert folded or sent.startswith(last)
        last, prefix, folds = sent, list(conversation.memory.prefix), folds + folded
    assert len(tools) == 1
    assert (folds == 0) == (context == 128_000)
    assert folds < 16
