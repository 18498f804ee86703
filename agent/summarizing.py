"""On overflow the turns that are left out are summed up by the summarizer, recorded like any other call."""

import json
from collections.abc import Sequence

from patchwright.agent.context import fitted, left_out, room, squeezed, summed_up
from patchwright.agent.errors import ModelError
from patchwright.agent.messages import Message, Request, ToolSpec
from patchwright.agent.prompts.load import prompt
from patchwright.agent.session import Session
from patchwright.agent.turns import Conversation
from patchwright.tools.untrusted import frame

MAX_SUMMARY = 6_000
"""Characters of a summary that are kept."""
MAX_CALL = 600
MAX_RESULT = 1_200
MAX_SAID = 1_500


def summarized(session: Session, conversation: Conversation, key: str, offered: Sequence[ToolSpec]) -> Conversation:
    """The conversation as it fits into its model's context, with a summary of what this leaves out.

    Without a summarizer, or if it fails, only notes and file names remain of it. Raises what a budget raises.
    """
    before = conversation.memory
    after = fitted(before, room(conversation.context, offered))
    gone = left_out(before, after)
    summary = _summary(session, f"{key}/summary/{after.start}", before.summary, gone) if gone else ""
    if summary:
        after = summed_up(after, summary)
    return conversation.model_copy(update={"memory": after})


def summary_request(gone: Sequence[Message], before: str, context: int) -> Request:
    """The question to the summarizer: what was summed up before, and what is left out now, never above its context."""
    parts = ([f"(summary of what came before)\n{before}"] if before else []) + [_told(message) for message in gone]
    messages = [
        Message(role="system", content=prompt("summarizer")),
        Message(role="user", content=frame("the conversation", "\n\n".join(parts))),
    ]
    return Request("summarizer", squeezed(messages, room(context, ())))


def _summary(session: Session, key: str, before: str, gone: Sequence[Message]) -> str:
    ladder, model = session.deps.models("summarizer"), session.model("summarizer", key)
    if model is None:
        return ""
    try:
        reply = model.complete(summary_request(gone, before, ladder[0].context))
    except ModelError as error:
        text = f"The summarizer gave no summary ({error}) Only notes and file names remain of older turns."
        session.ledger.event("warning", text=text[:1000])
        return ""
    return reply.content.strip()[:MAX_SUMMARY]


def _told(message: Message) -> str:
    match message.role:
        case "tool":
            return f"(result)\n{_cut(message.content, MAX_RESULT)}"
        case "assistant":
            calls = [f"{call.name} {_cut(json.dumps(call.arguments), MAX_CALL)}" for call in message.tool_calls]
            return "\n".join(["(the model)", *filter(None, [_cut(message.content, MAX_SAID)]), *calls])
        case _:
            return f"(told)\n{_cut(message.content, MAX_SAID)}"


def _cut(text: str, most: int) -> str:
    """The text, or its beginning and its end, where errors stand."""
    return text if len(text) <= most else f"{text[: most // 2]}\n[…]\n{text[-most // 2 :]}"
