"""A model behind any OpenAI-compatible endpoint: one call, one deadline, only whole answers."""

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from patchwright.agent.answers import Said
from patchwright.agent.book import CapabilityBook
from patchwright.agent.budget import counted
from patchwright.agent.capabilities import Capabilities
from patchwright.agent.errors import ContextExceeded, ModelError, ModelGarbage, ModelRefused, ModelUnavailable
from patchwright.agent.judging import Again, Judged, Lower, exceeded, judge, name, shown
from patchwright.agent.messages import Message, Reply, Request
from patchwright.agent.overflow import cut_silently
from patchwright.agent.parse import Malformed
from patchwright.agent.replies import read_reply, repair
from patchwright.agent.retry import LONGEST_WAIT, backoff
from patchwright.agent.roles import Endpoint, Prices
from patchwright.agent.run import Usage
from patchwright.agent.transport import Answer, Fault, new_client, post
from patchwright.agent.wire import body_of, used_features
from patchwright.tools.secrets import Redactor

if TYPE_CHECKING:
    import httpx2

IGNORED = 2
"""Replies without a call, from an endpoint that never made one, after which tools are told in words."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, given by argument: seconds that never go back, Unix time, waiting, 0..1."""

    monotonic: Callable[[], float] = time.monotonic
    unix: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


class HttpModel:
    """`Model` over `POST {base_url}/chat/completions`. The client is made at the first call."""

    def __init__(
        self,
        endpoint: Endpoint,
        book: CapabilityBook,
        redactor: Redactor,
        client: Callable[[], "httpx2.Client"] = new_client,
        clock: Clock | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.clock = clock or Clock()
        self._book = book
        self._make_client = client
        self._client: httpx2.Client | None = None
        self._without_call = 0
        self._own, self._shared = Redactor(endpoint.secrets()), redactor

    def complete(self, request: Request) -> Reply:
        """Ask, with retries and one repair turn inside one deadline. Raises as `Model` says."""
        return _Call(self, request, self.clock.monotonic() + self.endpoint.timeout).run()

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def redact(self, text: str) -> str:
        """The text without any secret, this endpoint's key included."""
        return self._own.text(self._shared.text(text))

    def show(self, text: str) -> str:
        """The endpoint's words, fit for a message."""
        return shown(text, self.redact)

    @property
    def known(self) -> Capabilities:
        """What the endpoint is believed to be capable of."""
        remembered = self._book.get(self.endpoint.base_url, self.endpoint.model)
        if self.endpoint.protocol == "text":
            return remembered.model_copy(update={"tool_mode": "text", "schema_mode": "text"})
        return remembered.model_copy(update={"tool_mode": "text"}) if self._doubted else remembered

    @property
    def _doubted(self) -> bool:
        """Whether native tools seem to be ignored; only a guess, until a call comes in words."""
        return self._without_call >= IGNORED

    def learn(self, known: Capabilities, reply: Reply) -> None:
        """Remember what a successful exchange has shown."""
        if self._doubted and not reply.tool_calls:
            known = known.model_copy(update={"tool_mode": "native"})
        if self.endpoint.protocol == "auto":
            self._book.put(self.endpoint.base_url, self.endpoint.model, known)

    def learn_context(self, error: ContextExceeded) -> ContextExceeded:
        """Remember how much the model reads; gives the error back."""
        if error.limit and self.endpoint.protocol == "auto":
            known = self._book.get(self.endpoint.base_url, self.endpoint.model)
            self._book.put(
                self.endpoint.base_url, self.endpoint.model, known.model_copy(update={"context": error.limit})
            )
        return error

    def unlearn(self) -> None:
        """Begin anew from the best case: what was believed of the endpoint has led to nothing."""
        self._book.forget(self.endpoint.base_url, self.endpoint.model)

    def saw(self, said: Said, request: Request, known: Capabilities) -> Capabilities:
        """What an answer shows about native tools: some endpoints accept them and ignore them."""
        if not request.tools or known.tool_mode == "text" or known.tools_seen:
            return known
        self._without_call += not said.calls
        return known.model_copy(update={"tools_seen": bool(said.calls)})

    def send(self, body: bytes, seconds: float) -> Answer | Fault:
        """One POST; the key is only in its header (SEC-02)."""
        self._client = self._client or self._make_client()
        limit = self.endpoint.limits.wire_bytes
        url = f"{self.endpoint.base_url}/chat/completions"
        return post(self._client, url, body, headers(self.endpoint), seconds, limit)


def headers(endpoint: Endpoint) -> dict[str, str]:
    """What goes before a request, the key among it."""
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    if endpoint.api_key:
        headers["authorization"] = f"Bearer {endpoint.api_key.get_secret_value()}"
    return headers


@dataclass(slots=True)
class _Call:
    """One `complete`: its deadline and what it has used so far."""

    model: HttpModel
    request: Request
    deadline: float
    usage: Usage = field(default_factory=Usage)
    tries: int = 0

    def run(self) -> Reply:
        """The first usable answer of two turns; what was spent is told also when there is none."""
        began = self.model.clock.monotonic()
        try:
            reply, error = self._turns(), None
        except ModelError as failed:
            reply, error = Reply(), failed
            if isinstance(failed, (ModelRefused, ModelGarbage)) and not isinstance(failed, ContextExceeded):
                self.model.unlearn()
        usage = self.usage.model_copy(update={"seconds": self.model.clock.monotonic() - began})
        if error is None:
            return reply.model_copy(update={"usage": usage})
        error.usage = usage
        raise error

    def _turns(self) -> Reply:
        messages, known, problem = list(self.request.messages), self.model.known, ""
        for _ in range(2):
            said, known = self._ask(messages, known)
            known = self.model.saw(said, self.request, known)
            try:
                reply = read_reply(said, self.request, self.model.endpoint.limits)
            except Malformed as error:
                problem = str(error)
                known = _unenforced(known, self.request, said)
                messages = [*self.request.messages, *repair(said, problem)]
                continue
            self.model.learn(known, reply)
            return reply
        raise ModelGarbage(
            f"{name(self.model.endpoint)} ({self.model.endpoint.model}) gave no usable answer, also when asked again:"
            f" {self.model.show(problem)}. Resume to try again, or set another roles.{self.request.role}.model."
        )

    def _ask(self, messages: Sequence[Message], known: Capabilities) -> tuple[Said, Capabilities]:
        """One whole answer, and the capabilities with which it was got."""
        while True:
            judged, size = self._exchange(messages, known)
            match judged:
                case Said():
                    self.usage = self.usage.plus(_priced(judged, size, self.model.endpoint.prices))
                    self._refuse_cut(judged, messages)
                    return judged, known
                case Lower():
                    known = judged.known
                case Again():
                    self._wait(judged)
                case ContextExceeded():
                    raise self.model.learn_context(judged)
                case ModelError():
                    raise judged
                case _ as never:  # pyright: ignore[reportUnnecessaryComparison]
                    assert_never(never)

    def _refuse_cut(self, said: Said, messages: Sequence[Message]) -> None:
        """What was said to a part of the prompt is not acted on. Raises `ContextExceeded`."""
        sent = sum(len(message.content.encode()) for message in messages)
        read = cut_silently(said.fingerprint, said.usage, sent)
        if read is not None:
            words = f"(nothing; it counted {read} tokens in a prompt of {sent} bytes)"
            raise self.model.learn_context(exceeded(self.model.endpoint, read, words))

    def _exchange(self, messages: Sequence[Message], known: Capabilities) -> tuple[Judged, int]:
        """Send once; what came of it, and the bytes that were sent."""
        model = self.model
        body = body_of(model.endpoint, self.request, messages, known, model.redact)
        data = json.dumps(body, ensure_ascii=True).encode()
        seconds = self.deadline - model.clock.monotonic()
        if seconds <= 0:
            raise self._unavailable("no time was left for another try")
        answer = model.send(data, seconds)
        if isinstance(answer, Fault) and answer.kind == "deadline":
            raise self._unavailable("no whole answer came in time")
        judged = judge(answer, model.endpoint, known, used_features(body), model.clock.unix(), model.show)
        if not isinstance(judged, Said):
            self.usage = self.usage.plus(Usage(requests=1))
        return judged, len(data)

    def _wait(self, again: Again) -> None:
        """Wait before the next try. Raises `ModelUnavailable` if there is to be none."""
        self.tries += 1
        clock = self.model.clock
        wait = backoff(self.tries, clock.chance()) if again.wait is None else again.wait
        if self.tries > self.model.endpoint.retries:
            raise self._unavailable(f"tried {self.tries} times; the last: {again.reason}")
        if wait > LONGEST_WAIT or clock.monotonic() + wait >= self.deadline:
            raise self._unavailable(f"{again.reason}; it asks to wait {wait:.0f} s, longer than this call may take")
        clock.sleep(wait)

    def _unavailable(self, why: str) -> ModelUnavailable:
        end = self.model.endpoint
        return ModelUnavailable(
            f"{name(end)} is not available: {why} (deadline {end.timeout:g} s). Resume the run when it is back;"
            f" roles.{end.role}.timeout and roles.{end.role}.retries set how long it is tried."
        )


def _unenforced(known: Capabilities, request: Request, said: Said) -> Capabilities:
    """An answer that does not fit, whole and from an endpoint that promised to enforce the schema: it does not."""
    promised = known.schema_mode in ("json_schema", "json_object_schema")
    if not request.schema or request.tools or not promised or said.finish == "length":
        return known
    return known.model_copy(update={"schema_mode": "json_object"})


def _priced(said: Said, bytes_in: int, prices: Prices) -> Usage:
    """The usage of one answered request, in tokens and money."""
    usage = counted(said.usage, bytes_in, said.size())
    cached = prices.input if prices.cached is None else prices.cached
    fresh = usage.tokens_in - usage.tokens_cached
    money = fresh * prices.input + usage.tokens_cached * cached + usage.tokens_out * prices.output
    return usage.model_copy(update={"money": money / 1e6})
