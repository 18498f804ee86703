"""What `doctor` finds out about an endpoint, and the record that is kept of it."""

from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from patchwright.agent.book import DAYS, CapabilityBook
from patchwright.agent.capabilities import Capabilities
from patchwright.agent.errors import ModelRefused
from patchwright.agent.llm import HttpModel
from patchwright.agent.messages import Message, Request
from patchwright.agent.probing import Prober
from patchwright.agent.roles import Endpoint
from patchwright.tools.secrets import Redactor
from tests.agent.fake_endpoint import (
    KEY,
    Behaviour,
    Seen,
    as_json,
    call,
    echo_key,
    endpoint,
    error,
    hang_up,
    message,
    respond,
    says,
)


def at(url: str) -> Endpoint:
    return Endpoint(role="editor", base_url=url, model="m", api_key=SecretStr(KEY))


def prober(book: CapabilityBook | None = None) -> Prober:
    return Prober(book or CapabilityBook(), Redactor(), seconds=5.0)


def by_path(**behaviours: Behaviour) -> Behaviour:
    """A server with several resources, named by the last part of their path."""

    def act(handler: BaseHTTPRequestHandler, seen: Seen) -> None:
        behaviours[seen.path.rpartition("/")[2]](handler, seen)

    return act


def listed(**facts: Any) -> Behaviour:
    return as_json(200, {"data": [{"id": "m", **facts}]})


@pytest.mark.parametrize(
    ("behaviour", "state"),
    [
        (listed(), "ok"),
        (as_json(200, {"data": [{"id": "other"}]}), "model_unknown"),
        (echo_key(401), "key_refused"),
        (echo_key(500), "strange"),
        (respond(200, b"<html>"), "strange"),
        (hang_up, "unreachable"),
    ],
)
def test_what_is_wrong_with_an_endpoint_is_data(behaviour: Behaviour, state: str) -> None:
    """SEC-04: the key is in nothing that is told."""
    with endpoint(behaviour) as fake:
        result = prober().look(at(fake.url))
    assert fake.seen[0].path == "/v1/models" and KEY not in result.model_dump_json()
    assert result.state == state


def test_vllm_lists_how_much_the_model_reads() -> None:
    book = CapabilityBook()
    with endpoint(listed(owned_by="vllm", max_model_len=32768)) as fake:
        assert prober(book).look(at(fake.url)).server == "vLLM"
    assert book.get(fake.url, "m").context == 32768


def test_ollama_says_in_its_own_words_how_much_the_running_model_reads() -> None:
    book = CapabilityBook()
    running = as_json(200, {"models": [{"name": "other", "context_length": 1}, {"name": "m", "context_length": 4096}]})
    with endpoint(by_path(models=listed(owned_by="library"), ps=running)) as fake:
        assert prober(book).look(at(fake.url)).server == "Ollama"
    assert book.get(fake.url, "m").context == 4096 and fake.seen[1].path == "/api/ps"


def test_llama_cpp_says_in_its_properties_how_much_it_reads() -> None:
    book = CapabilityBook()
    properties = as_json(200, {"default_generation_settings": {"n_ctx": 8192}})
    with endpoint(by_path(models=listed(owned_by="llamacpp", meta={"n_ctx_train": 131072}), props=properties)) as fake:
        assert prober(book).look(at(fake.url)).server == "llama.cpp"
    assert book.get(fake.url, "m").context == 8192


@pytest.mark.parametrize("odd", [respond(200, b"<html>"), as_json(200, {"models": 5}), error(404, "no"), hang_up])
def test_a_server_that_does_not_say_how_much_it_reads_is_no_failure(odd: Behaviour) -> None:
    book = CapabilityBook()
    with endpoint(by_path(models=listed(owned_by="library"), ps=odd)) as fake:
        assert prober(book).look(at(fake.url)).state == "ok"
    assert book.get(fake.url, "m").context is None


def test_asked_live_an_endpoint_shows_what_it_can_do_and_the_record_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "capabilities.json"
    script = [
        error(400, "response_format json_schema is not supported"),
        says('{"well": true}'),
        error(400, "this model does not support tools"),
        says('{"tool": "report", "arguments": {"well": true}}'),
    ]
    with endpoint(*script) as fake:
        assert prober(CapabilityBook(path)).ask(at(fake.url)) == ""
    known = CapabilityBook(path).get(fake.url, "m")
    assert (known.schema_mode, known.tool_mode) == ("json_object_schema", "text")


def test_an_endpoint_that_cannot_answer_says_why() -> None:
    with endpoint(error(401, "no such key")) as fake:
        assert "refuses the key" in prober().ask(at(fake.url))


def test_a_model_that_is_listed_otherwise_than_before_is_learned_anew() -> None:
    book = CapabilityBook()
    with endpoint(listed(root="a", created=1), listed(root="a", created=2), listed(root="b")) as fake:
        prober(book).look(at(fake.url))
        book.put(fake.url, "m", Capabilities(stream=False))
        prober(book).look(at(fake.url))
        assert book.get(fake.url, "m").stream is False, "the time that it names is not the model"
        prober(book).look(at(fake.url))
    assert book.get(fake.url, "m").stream is True


def test_a_refusal_makes_what_was_believed_of_a_model_doubtful() -> None:
    book = CapabilityBook()
    with endpoint(error(400, "no, because of your account and its settings, as explained elsewhere")) as fake:
        book.put(fake.url, "m", Capabilities(tool_mode="text"))
        with pytest.raises(ModelRefused):
            HttpModel(at(fake.url), book, Redactor()).complete(Request("editor", [Message(role="user", content="x")]))
    assert book.record(fake.url, "m") is None


def test_a_record_grows_old() -> None:
    days = [datetime(2026, 1, 1, tzinfo=UTC)]
    book = CapabilityBook(now=lambda: days[0])
    book.put("http://a/v1", "m", Capabilities(stream=False))
    days[0] += timedelta(days=DAYS - 1)
    assert book.get("http://a/v1", "m").stream is False
    days[0] += timedelta(days=1)
    assert book.get("http://a/v1", "m").stream is True


def test_a_call_that_the_model_makes_is_seen() -> None:
    book = CapabilityBook()
    made = as_json(200, message(None, [call("report", '{"well": true}')], "tool_calls"))
    with endpoint(says('{"well": true}'), made) as fake:
        prober(book).ask(at(fake.url))
    assert book.get(fake.url, "m").tools_seen
