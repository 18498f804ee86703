"""What one HTTP answer means: the model's words, another try, one step down the ladder, or the end."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from patchwright.agent.answers import CutShort, EndpointError, Said, read_answer
from patchwright.agent.capabilities import Capabilities, Feature, step_down, without
from patchwright.agent.errors import ContextExceeded, ModelError, ModelGarbage, ModelRefused
from patchwright.agent.overflow import is_overflow, limit_in
from patchwright.agent.parse import Malformed
from patchwright.agent.retry import asked_wait, retried
from patchwright.agent.roles import Endpoint
from patchwright.agent.transport import Answer, Fault, error_text
from patchwright.tools.untrusted import printable

LOADING = 10.0
"""Seconds to wait for a server that says that it loads its model."""
_LOADS = re.compile(r"(?i)loading model|model is (still |currently )?loading|not ready")

Show = Callable[[str], str]
"""Makes an endpoint's words fit for a message: redacted, escaped, short."""


@dataclass(frozen=True, slots=True)
class Again:
    """It may go away by itself; `wait` is what the endpoint asked for, in seconds."""

    reason: str
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Lower:
    """A feature is not supported: ask again with these capabilities."""

    known: Capabilities


Judged = Said | Again | Lower | ModelError


def shown(text: str, redact: Callable[[str], str]) -> str:
    """At most 300 characters of an endpoint's words, on one line (SEC-06, OUT-02)."""
    return " ".join(printable(redact(text)).split())[:300]


def judge(
    answer: Answer | Fault, endpoint: Endpoint, known: Capabilities, used: frozenset[Feature], now: float, show: Show
) -> Judged:
    """`now` is Unix time, for `Retry-After` dates."""
    if isinstance(answer, Fault):
        return Again(f"no answer ({show(answer.text)})")
    if answer.status != 200:
        return _refused(answer.status, error_text(answer.body), answer, endpoint, known, used, now, show)
    if answer.too_large:
        limit = endpoint.limits.wire_bytes
        return ModelGarbage(
            f"{name(endpoint)} sent more than {limit} bytes, the limit of roles.{endpoint.role}.limits."
        )
    try:
        said = read_answer(answer.body, answer.headers.get("content-type", ""))
    except CutShort:
        return Again("its answer was cut short")
    except EndpointError as error:
        return _refused(error.status, str(error), answer, endpoint, known, used, now, show)
    except Malformed as error:
        return ModelGarbage(f"{name(endpoint)} sent something unusable: {show(str(error))}.")
    lost = said.is_silent() and {"tools", "stream"} <= used  # some of Ollama's streams lose the calls
    lower = without(known, "stream") if lost else None
    return Lower(lower) if lower else said


def name(endpoint: Endpoint) -> str:
    """How messages name an endpoint."""
    return f"The {endpoint.role}'s endpoint {printable(endpoint.base_url)}"


def exceeded(endpoint: Endpoint, limit: int | None, said: str) -> ContextExceeded:
    """The prompt was too long; `said` is in whose words."""
    read = f"reads {limit} tokens at most" if limit else "cannot read a prompt of this length"
    return ContextExceeded(
        f"{name(endpoint)} {read}, and there is no less to ask with. Let it read more (Ollama:"
        " OLLAMA_CONTEXT_LENGTH, llama.cpp: -c, vLLM: --max-model-len), or choose another"
        f' roles.{endpoint.role}.model; roles.{endpoint.role}.context says how much is sent. It said: "{said}"',
        limit,
    )


def _refused(
    status: int,
    said: str,
    answer: Answer,
    endpoint: Endpoint,
    known: Capabilities,
    used: frozenset[Feature],
    now: float,
    show: Show,
) -> Judged:
    if is_overflow(status, said):
        return exceeded(endpoint, limit_in(said), show(said))
    lower = step_down(known, status, said, used)
    if lower is not None:
        return Lower(lower)
    if retried(status) and "insufficient_quota" not in said + answer.body[:2000].decode("utf-8", "replace"):
        wait = asked_wait(answer.headers, now)
        return Again(f"status {status}: {show(said)}", LOADING if wait is None and _LOADS.search(said) else wait)
    words = f' It said: "{show(said)}"' if said else ""
    if status == 0:
        return ModelGarbage(f"{name(endpoint)} answered with an error instead of a completion.{words}")
    return ModelRefused(f"{name(endpoint)} {_advice(status, endpoint)}{words}")


def _advice(status: int, endpoint: Endpoint) -> str:
    """What was refused, and which setting to look at."""
    role, key = f"roles.{endpoint.role}", endpoint.key_source or f"roles.{endpoint.role}.api_key_env (no key is set)"
    if status in (401, 403):
        return f"refuses the key ({status}). Check {key}."
    if status == 404:
        return f"does not know the model {endpoint.model!r} or the path (404). Check {role}.model and {role}.base_url."
    if 300 <= status < 400:
        return f"redirects elsewhere ({status}), which is not followed. Set {role}.base_url to the final address."
    if status in (402, 429):
        return f"says that the account's quota is used up ({status}). Check the account behind {key}."
    if status == 413:
        return f"finds the request too large (413). Lower {role}.context."
    return f"refuses the request ({status}). Check {role}.model, {role}.max_tokens and {role}.context."
