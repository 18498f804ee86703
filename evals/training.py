"""Conversations of measured runs as chat-format JSONL, for fine-tuning or distilling: redacted, deduplicated, labelled.

One line is one conversation of one role from its first message to its last answer, with the tools that were on offer;
the label is the hidden tests' verdict, never the run's own.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

from patchwright.agent import asked
from patchwright.agent.messages import Message, Reply
from patchwright.agent.store.store import Store
from patchwright.evals.instance import digest
from patchwright.evals.rows import Row
from patchwright.evals.trajectories import chat
from patchwright.tools.secrets import Redactor, every_text


def lines(rows: Iterable[Row], store: Store, redactor: Redactor) -> Iterator[dict[str, Any]]:
    """The conversations of these rows' runs, as far as the store has them; none twice."""
    seen = set[str]()
    for row in rows:
        for role, messages, tools in conversations(store, row.run_id):
            name = digest([messages, tools])
            if name in seen:
                continue
            seen.add(name)
            whole = {"messages": messages, "tools": tools, "metadata": {"role": role, **_label(row)}}
            yield cast("dict[str, Any]", every_text(whole, redactor.text))


def conversations(store: Store, run_id: str) -> Iterator[tuple[str, list[dict[str, Any]], list[dict[str, Any]]]]:
    """Role, messages and tools of each conversation: a request that no later one goes on from, and its answer."""

    def artifact(name: str) -> bytes | None:
        return store.artifact(run_id, name)

    answers = [call for call in store.answers(run_id) if call["kind"] == "model_called" and call["answer"]]
    requests = {call["key"]: asked.read(call["key"], artifact) for call in answers}
    gone_on = {one.follows for one in requests.values() if one}
    for call in answers:
        request = requests[call["key"]]
        if request is None or call["key"] in gone_on:
            continue
        reply = Reply.model_validate(call["answer"])
        last = Message(role="assistant", content=reply.content, tool_calls=reply.tool_calls)
        offer: dict[str, Any] = json.loads(artifact(request.tools) or b"{}")
        said = [chat(message) for message in (*asked.whole(request, artifact), last)]
        yield request.role, said, [_tool(tool) for tool in offer.get("tools", [])]


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": tool}


def _label(row: Row) -> dict[str, Any]:
    return {
        "instance_id": row.instance_id,
        "setup": row.setup,
        "attempt": row.attempt,
        "run_id": row.run_id,
        "resolved": row.resolved,
        "claimed": row.claimed,
        "failure": row.failure,
    }
