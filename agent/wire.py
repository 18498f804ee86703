"""From a request to the body of `POST /chat/completions`, as far as the endpoint is capable."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from patchwright.agent.capabilities import Capabilities, Feature, Sampled
from patchwright.agent.messages import Message, Request, ToolSpec
from patchwright.agent.roles import Endpoint
from patchwright.agent.schema import described, shown, strict_schema
from patchwright.tools.untrusted import frame

Redact = Callable[[str], str]


def body_of(
    endpoint: Endpoint, request: Request, messages: Sequence[Message], known: Capabilities, redact: Redact
) -> dict[str, Any]:
    """The JSON body. Every text of it has passed `redact` (SEC-04)."""
    native = known.tool_mode == "native"
    told = _instructions(request, known)
    spoken = [*messages, Message(role="system", content=told)] if told else messages
    wire = _native(spoken, known, redact) if native else _plain(spoken, redact)
    body: dict[str, Any] = {"model": endpoint.model, "messages": _ordered(wire, known)}
    if known.stream:
        body["stream"] = True
    if known.stream_usage:
        body["stream_options"] = {"include_usage": True}
    if endpoint.max_tokens and known.max_tokens_key:
        body[known.max_tokens_key] = endpoint.max_tokens
    for key, value in _sampling(endpoint, request).items():
        if value is not None and getattr(known, key):
            body[key] = value
    if request.tools and native:
        body["tools"] = [_tool(tool) for tool in request.tools]
        if known.parallel:
            body["parallel_tool_calls"] = True  # llama.cpp's server allows one call unless told
    if format_ := _response_format(request, known):
        body["response_format"] = format_
    return body


def _sampling(endpoint: Endpoint, request: Request) -> dict[Sampled, float | str | None]:
    """How the answer is to be drawn: the request's own wishes before the role's."""
    return {
        "temperature": endpoint.temperature if request.temperature is None else request.temperature,
        "seed": endpoint.seed if request.seed is None else request.seed,
        "reasoning_effort": endpoint.reasoning_effort,
    }


def used_features(body: dict[str, Any]) -> frozenset[Feature]:
    """What of the endpoint's capabilities a body relies on."""
    keys: dict[str, Feature] = {
        "stream_options": "stream_usage",
        "stream": "stream",
        "max_tokens": "max_tokens",
        "max_completion_tokens": "max_tokens",
        "temperature": "temperature",
        "seed": "seed",
        "reasoning_effort": "reasoning_effort",
        "response_format": "schema",
        "tools": "tools",
        "parallel_tool_calls": "parallel",
    }
    used: set[Feature] = {feature for key, feature in keys.items() if key in body}
    if any(message["role"] == "system" for message in body["messages"]):
        used.add("system")
    if any(message.get("content") == "" for message in body["messages"]):
        used.add("blank")
    return frozenset(used)


def _instructions(request: Request, known: Capabilities) -> str:
    """What the endpoint does not do by itself, said in words."""
    parts = list[str]()
    if request.tools and known.tool_mode == "text":
        parts.append(_tools_in_words(request.tools))
    if request.schema and (request.tools or known.schema_mode in ("json_object", "text")):
        parts.append(described(request.schema))
    return "\n\n".join(parts)


def _response_format(request: Request, known: Capabilities) -> dict[str, Any] | None:
    """With tools on offer the answer may be a call, so that no format is asked for."""
    if not request.schema or request.tools or known.schema_mode == "text":
        return None
    if known.schema_mode == "json_object":
        return {"type": "json_object"}
    if known.schema_mode == "json_object_schema":
        return {"type": "json_object", "schema": request.schema}
    strict = strict_schema(request.schema)
    named = {"name": request.schema_name, "schema": strict or request.schema, "strict": strict is not None}
    return {"type": "json_schema", "json_schema": named}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    return {"type": "function", "function": {**tool.model_dump(), "parameters": shown(tool.parameters)}}


def _native(messages: Sequence[Message], known: Capabilities, redact: Redact) -> list[dict[str, Any]]:
    return [_native_message(message, known, redact) for message in messages]


def _native_message(message: Message, known: Capabilities, redact: Redact) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message.role, "content": redact(message.content)}
    if message.tool_calls:
        wire["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _arguments(call.arguments, redact)},
            }
            for call in message.tool_calls
        ]
    if message.role == "tool":
        wire["tool_call_id"] = message.tool_call_id
    if message.role == "assistant" and known.reasoning_back:
        wire["reasoning_content"] = redact(message.reasoning)
    return wire


def _arguments(arguments: dict[str, Any], redact: Redact) -> str:
    return json.dumps(_redacted(arguments, redact), ensure_ascii=False)


def _redacted(value: Any, redact: Redact) -> Any:
    """Redacted before it is coded: an escaped line end would hide where a token begins."""
    match value:
        case str():
            return redact(value)
        case dict():
            return {key: _redacted(item, redact) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
        case list():
            return [_redacted(item, redact) for item in value]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return value


def _tools_in_words(tools: Sequence[ToolSpec]) -> str:
    lines = [f"- {tool.name}: {tool.description}\n  arguments: {json.dumps(shown(tool.parameters))}" for tool in tools]
    return (
        "You act with tools. To use one, answer with exactly one JSON object and nothing else:\n"
        '{"tool": "NAME", "arguments": {...}}\n'
        "You then get its result and may use the next: one tool per answer, whatever was said above. The tools:\n"
        + "\n".join(lines)
    )


def _plain(messages: Sequence[Message], redact: Redact) -> list[dict[str, Any]]:
    """Calls and results as text, for an endpoint that knows no tools. Speakers alternate."""
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    return [
        {"role": "user" if message.role == "tool" else message.role, "content": _plain_content(message, names, redact)}
        for message in messages
    ]


def _plain_content(message: Message, names: dict[str, str], redact: Redact) -> str:
    text = redact(message.content)
    if message.role == "tool":
        # It stands among the words of humans here, so it needs a frame that it cannot close (PI-01).
        return frame(f"result of {names.get(message.tool_call_id, 'the tool')}", text)
    calls = [
        json.dumps({"tool": call.name, "arguments": _redacted(call.arguments, redact)}, ensure_ascii=False)
        for call in message.tool_calls
    ]
    return "\n".join(part for part in (text, *calls) if part)


def _ordered(wire: list[dict[str, Any]], known: Capabilities) -> list[dict[str, Any]]:
    """One system message at the head, speakers that alternate: many chat templates accept nothing else."""
    told = "\n\n".join(message["content"] for message in wire if message["role"] == "system")
    head = [{"role": "system" if known.system else "user", "content": told}] if told else []
    rest = [message for message in wire if message["role"] != "system"]
    joined = list[dict[str, Any]]()
    for message in [*head, *rest]:
        before = joined[-1] if joined else {}
        if before.get("role") == message["role"] and set(before) == set(message) == {"role", "content"}:
            joined[-1] = {**before, "content": f"{before['content']}\n\n{message['content']}"}
        else:
            joined.append(message)
    return joined if known.blank else [_filled(message) for message in joined]


def _filled(message: dict[str, Any]) -> dict[str, Any]:
    """The message for an endpoint that takes no empty text."""
    if message["content"].strip():
        return message
    return {**message, "content": None if "tool_calls" in message else "(nothing)"}
