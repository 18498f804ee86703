"""The ladder, and its memory."""

from pathlib import Path

import pytest

from patchwright.agent.book import CapabilityBook
from patchwright.agent.capabilities import Capabilities, Feature, step_down

ALL: frozenset[Feature] = frozenset({"stream_usage", "schema", "tools", "stream", "temperature", "max_tokens"})


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (500, "internal error in tools"),
        (500, "the grammar crashed"),
        (429, "tools are not supported at this rate"),
        (401, "invalid tools"),
        (400, "maximum context length is 100 tokens, your tools take more"),
        (400, "this is refused for a reason that names nothing we know of"),
    ],
)
def test_other_reasons_step_nothing_down(status: int, said: str) -> None:
    assert step_down(Capabilities(), status, said, ALL) is None


def test_a_feature_that_was_not_used_is_not_given_up() -> None:
    assert step_down(Capabilities(), 400, "tools are not supported", frozenset({"stream"})) is None


def test_the_schema_ladder_has_four_rungs() -> None:
    known, seen = Capabilities(), list[str]()
    while stepped := step_down(known, 400, "response_format is not supported", ALL):
        seen.append(stepped.schema_mode)
        known = stepped
    assert seen == ["json_object_schema", "json_object", "text"]


def test_what_was_learned_is_kept_between_processes_and_by_model(tmp_path: Path) -> None:
    path, known = tmp_path / "state" / "capabilities.json", Capabilities(tool_mode="text")
    first, second = CapabilityBook(path), CapabilityBook(path)
    second.get("http://b/v1", "m")
    first.put("http://a/v1", "m", known)
    second.put("http://b/v1", "m", known)
    fresh = CapabilityBook(path)
    assert fresh.get("http://a/v1", "m") == fresh.get("http://b/v1", "m") == known
    assert fresh.get("http://a/v1", "other") == Capabilities()


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"x": 5}', b"\xff", b'{"a b": {"schema_mode": "magic"}}'])
def test_a_damaged_memory_is_begun_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "capabilities.json"
    path.write_bytes(damage)
    book = CapabilityBook(path)
    assert book.get("a", "b") == Capabilities()
    book.put("a", "b", Capabilities(stream=False))
    assert CapabilityBook(path).get("a", "b").stream is False


def test_a_memory_that_cannot_be_written_is_only_forgotten(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    book = CapabilityBook(tmp_path / "file" / "capabilities.json")
    book.put("a", "b", Capabilities(stream=False))
    assert book.get("a", "b").stream is False
