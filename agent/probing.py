"""What an endpoint is and can do: by its list of models, and on request by two small questions."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from patchwright.agent.book import CapabilityBook
from patchwright.agent.errors import ModelError
from patchwright.agent.llm import HttpModel, headers
from patchwright.agent.messages import Message, ModelRole, Request, ToolSpec
from patchwright.agent.parse import Malformed, listing, load_object, mapping, words
from patchwright.agent.roles import Endpoint
from patchwright.agent.transport import Answer, Fault, error_text, get, new_client
from patchwright.tools.secrets import Redactor

if TYPE_CHECKING:
    import httpx2

State = Literal["ok", "unreachable", "key_refused", "model_unknown", "strange"]
LISTING_BYTES = 4 << 20
_OWNERS = {"vllm": "vLLM", "llamacpp": "llama.cpp", "library": "Ollama", "sglang": "SGLang", "me": "llama-cpp-python"}
_STABLE = ("id", "owned_by", "root", "max_model_len", "context_length", "context_window", "meta", "digest")
"""Of how a model is listed: some servers make up the time and the rest anew each time."""


class Probe(BaseModel):
    """What one request for the list of models has found out. `server` is a guess, "" if there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    base_url: str
    model: str
    state: State
    detail: str
    server: str = ""


class Prober:
    """Looks at endpoints, and keeps in the book what it finds."""

    def __init__(
        self,
        book: CapabilityBook,
        redactor: Redactor,
        client: Callable[[], "httpx2.Client"] | None = None,
        seconds: float = 10.0,
    ) -> None:
        self._book, self._redactor = book, redactor
        self._client, self._seconds = client or new_client, seconds

    def look(self, endpoint: Endpoint) -> Probe:
        """Is it reachable, is the key taken, is the model there. Never raises."""
        model = HttpModel(endpoint, self._book, self._redactor)
        answer = self._get(endpoint, f"{endpoint.base_url}/models")
        state, detail, entry = _judged(answer, endpoint, model.show)
        server = _server(endpoint, entry)
        if state == "ok":
            context = _listed_context(entry) or self._running_context(endpoint, server)
            self._book.listed(endpoint.base_url, endpoint.model, server, _digest(entry), context)
        facts = {"role": endpoint.role, "base_url": endpoint.base_url, "model": endpoint.model}
        return Probe(state=state, detail=detail, server=server, **facts)

    def ask(self, endpoint: Endpoint) -> str:
        """Learn by an object of a given shape and a tool call what it can do; "" or why it cannot answer."""
        model = HttpModel(endpoint, self._book, self._redactor)
        try:
            for request in questions(endpoint.role):
                model.complete(request)
        except ModelError as error:
            return str(error)
        finally:
            model.close()
        return ""

    def _get(self, endpoint: Endpoint, url: str) -> Answer | Fault:
        with self._client() as opened:
            return get(opened, url, headers(endpoint), self._seconds, LISTING_BYTES)

    def _running_context(self, endpoint: Endpoint, server: str) -> int | None:
        """What the server says elsewhere at the same address about how much the model reads."""
        place = {"Ollama": "/api/ps", "llama.cpp": "/props"}.get(server)
        if place is None:
            return None
        answer = self._get(endpoint, endpoint.base_url.removesuffix("/v1") + place)
        try:
            facts = load_object(answer.body) if isinstance(answer, Answer) else {}
        except Malformed:
            return None
        loaded = [mapping(one) for one in listing(facts.get("models"))]
        own = next((one for one in loaded if words(one.get("name")) == endpoint.model), mapping(None))
        return _number(own.get("context_length")) or _number(
            mapping(facts.get("default_generation_settings")).get("n_ctx")
        )


def questions(role: ModelRole) -> tuple[Request, Request]:
    """The two small questions: for an object, and for a tool call."""
    ask = (Message(role="user", content="This is a test. Say that all is well."),)
    shape = {
        "type": "object",
        "properties": {"well": {"type": "boolean"}},
        "required": ["well"],
        "additionalProperties": False,
    }
    tool = ToolSpec(name="report", description="Say whether all is well.", parameters=shape)
    return Request(role, ask, schema=shape, schema_name="test"), Request(role, ask, tools=(tool,))


def _judged(
    answer: Answer | Fault, endpoint: Endpoint, show: Callable[[str], str]
) -> tuple[State, str, Mapping[str, Any]]:
    if isinstance(answer, Fault):
        return "unreachable", show(answer.text) or "no answer in time", {}
    if answer.status in (401, 403):
        return "key_refused", f"Check {endpoint.key_source or f'roles.{endpoint.role}.api_key_env'}.", {}
    if answer.status != 200:
        return "strange", f"status {answer.status}: {show(error_text(answer.body))}", {}
    try:
        entries = [mapping(item) for item in listing(load_object(answer.body).get("data"))]
    except Malformed as error:
        return "strange", show(str(error)), {}
    own = next((entry for entry in entries if entry.get("id") == endpoint.model), None)
    if own is not None:
        return "ok", f"{len(entries)} models", own
    some = ", ".join(str(entry.get("id")) for entry in entries[:8])
    return "model_unknown", f"It lists {len(entries)} models and not {endpoint.model!r}: {show(some)}", {}


def _server(endpoint: Endpoint, entry: Mapping[str, Any]) -> str:
    host = endpoint.base_url.split("/")[2]
    for part, name in ((".amazonaws.com", "Bedrock"), ("api.openai.com", "OpenAI")):
        if part in host:
            return name
    return _OWNERS.get(words(entry.get("owned_by")).lower(), "")


def _digest(entry: Mapping[str, Any]) -> str:
    text = json.dumps([entry.get(name) for name in _STABLE], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _listed_context(entry: Mapping[str, Any]) -> int | None:
    meta = mapping(entry.get("meta"))
    values = [*(entry.get(name) for name in ("max_model_len", "context_length", "context_window")), meta.get("n_ctx")]
    return next((number for value in values if (number := _number(value))), None)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
