"""A run as a trajectory of mini-swe-agent, which free viewers read: what was said, done and decided, in order."""

import json
from collections.abc import Iterator
from typing import Any

from patchwright.agent import asked
from patchwright.agent.messages import Message, Reply, ToolCall
from patchwright.agent.store.store import Store
from patchwright.evals.instance import Prediction
from patchwright.evals.verdict import Grade

FORMAT = "mini-swe-agent-1.1"
MOST_CHARACTERS = 20_000
"""Of one message; a trajectory is for reading, the run's archive has all."""


def trajectory(store: Store, run_id: str, prediction: Prediction, grade: Grade) -> bytes:
    """The trajectory of a run as JSON. Secrets were left out when its parts were stored."""
    run, usage = store.run(run_id), store.usage(run_id)
    ended = run.outcome or run.status
    info = {
        "model_stats": {"instance_cost": usage.money, "api_calls": usage.requests},
        "config": {"agent": {"name": "patchwright"}, "model": {"model_name": prediction.model_name_or_path}},
        "mini_version": "1.1",
        "exit_status": "Submitted" if ended == "patch" else ended,
        "submission": prediction.model_patch or "",
        "patchwright": {
            "run_id": run_id,
            "outcome": run.outcome,
            "verdict": run.verdict,
            "reason": run.reason,
            "resolved": grade.resolved,
            "failure": grade.failure,
            "usage": usage.model_dump(),
            "approvals": [one.model_dump() for one in store.approvals(run_id)],
        },
    }
    found = {"info": info, "messages": list(messages(store, run_id)), "trajectory_format": FORMAT}
    found["instance_id"] = prediction.instance_id
    return json.dumps(found, indent=1).encode() + b"\n"


def messages(store: Store, run_id: str) -> Iterator[dict[str, Any]]:
    """Requests and answers of all roles in the order of the answers, each message once; decisions between them."""
    said = set[str]()
    decisions = [(one.at, one) for one in store.approvals(run_id)]
    for call in store.answers(run_id):
        if call["kind"] != "model_called" or not call["answer"]:
            continue
        while decisions and decisions[0][0] < call["at"]:
            yield _decision(decisions.pop(0)[1].model_dump())
        found = asked.read(call["key"], lambda name: store.artifact(run_id, name))
        reply = Reply.model_validate(call["answer"])
        role = found.role if found else ""
        for message in found.new if found else ():
            if message.role != "assistant" or message.content not in said:
                yield _shown(message, role, {})
        said.add(reply.content)
        answer = Message(role="assistant", content=reply.content, tool_calls=reply.tool_calls)
        yield _shown(answer, role, {"key": call["key"], "usage": call["usage"], "model": reply.model})
    yield from (_decision(one.model_dump()) for _, one in decisions)


def chat(message: Message) -> dict[str, Any]:
    """A message as the chat-completions wire has it."""
    found: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        found["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.tool_call_id:
        found["tool_call_id"] = message.tool_call_id
    return found


def _call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return {"id": call.id, "type": "function", "function": function}


def _shown(message: Message, role: str, extra: dict[str, Any]) -> dict[str, Any]:
    return {**chat(message), "content": _cut(message.content), "extra": {"patchwright_role": role, **extra}}


def _decision(approval: dict[str, Any]) -> dict[str, Any]:
    said = f"[{approval['by']}: {approval['decision']} revision {approval['revision']}] {approval['notes']}".rstrip()
    return {"role": "user", "content": said, "extra": {"patchwright_role": "human", "approval": approval}}


def _cut(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    half = MOST_CHARACTERS // 2
    return f"{text[:half]}\n[{len(text) - MOST_CHARACTERS} characters left out]\n{text[-half:]}"
