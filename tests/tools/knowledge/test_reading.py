"""Workers read hostile files: each file has a deadline, and one that kills its worker is skipped and named."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from patchwright.tools.knowledge import reading
from patchwright.tools.knowledge.index import Key, Skipped
from patchwright.tools.knowledge.reading import Blob, Reader, batches, checked, read_all
from patchwright.tools.knowledge.tags import Tags

GOOD = b"def good(): pass\n"


def blob(name: str, data: bytes, language: str = "python") -> Blob:
    return Blob(Key(name, language), data)


def read(blobs: Sequence[Blob], workers: int = 1) -> dict[str, str]:
    """What was found, as names, or why nothing was."""
    found = [one for heap in read_all([blobs], workers) for one in heap]
    return {key.sha: tags.why if isinstance(tags, Skipped) else _names(tags) for key, tags in found}


def _names(tags: Tags) -> str:
    return " ".join(one.name for one in tags.definitions)


@pytest.fixture
def fragile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A worker that dies of the file `die`, hangs on `hang`, chatters on `chatter`, and dies once of `once`."""
    script = tmp_path / "worker.py"
    mark = tmp_path / "died"
    script.write_text(
        f"""
import os, sys, time
from pathlib import Path
from patchwright.tools.knowledge import worker
real = worker.tags
def tags(data, *parser):
    if data == b"die": os.abort()
    if data == b"hang": time.sleep(60)
    if data == b"chatter": print("{{}}", flush=True)
    if data == b"once" and not os.path.exists({str(mark)!r}):
        Path({str(mark)!r}).touch()
        os.abort()
    return real(data, *parser)
worker.tags = tags
worker.serve(sys.stdin.buffer, sys.stdout.buffer)
"""
    )
    monkeypatch.setattr(reading, "_COMMAND", (sys.executable, str(script)))
    return mark


def test_several_workers_read_heaps_in_order() -> None:
    heaps = [[blob(f"{number}", b"def f%d(): pass" % number)] for number in range(7)]
    found = [tags for heap in read_all(heaps, 2) for _, tags in heap]
    assert [_names(tags) for tags in found if isinstance(tags, Tags)] == [f"f{number}" for number in range(7)]


def test_a_file_that_kills_its_worker_is_skipped_and_the_others_are_read(fragile: Path) -> None:
    found = read([blob("a", GOOD), blob("b", b"die"), blob("c", GOOD)])
    assert found == {"a": "good", "b": "its reader crashed", "c": "good"}


def test_a_worker_that_died_for_another_reason_gets_a_second_try(fragile: Path) -> None:
    assert read([blob("a", b"once"), blob("b", GOOD)]) == {"a": "", "b": "good"}
    assert fragile.exists()


def test_a_file_that_takes_too_long_is_skipped(fragile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.5)
    assert read([blob("a", b"hang")])["a"].startswith("reading it took longer than")


def test_an_answer_of_another_shape_is_no_answer(fragile: Path) -> None:
    assert read([blob("a", b"chatter")]) == {"a": "its reader gave no proper answer"}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{}",
        "[[], [], []]",
        '[[["a"]], [], ["", ""]]',
        '[[[1, 2, "x", 3, 4, 5]], [], ["", ""]]',
        "[" * 100_000,
    ],
)
def test_no_other_shape_is_taken_for_tags(line: str) -> None:
    assert isinstance(checked(line.encode()), Skipped)


def test_texts_of_a_worker_stay_texts() -> None:
    found = checked(json.dumps([[["n", "", 1, 2, "s", "d"]], ["r"], ["w", ""]]).encode())
    assert isinstance(found, Tags)
    assert found.definitions[0].name == "n"


@pytest.mark.parametrize("language", ["python", "javascript", "cpp", "rust"])
def test_hostile_nesting_ends(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS", 1.0)
    deep = b"(" * 200_000 + b"{" * 100_000 + b"[" * 100_000
    assert set(read([blob("deep", deep, language)])) == {"deep"}


def test_a_long_line_of_comments_is_read_in_linear_time() -> None:
    text = b"# a\n" * 50_000 + b"def f(): pass\n" * 3000 + b"//" + b" " * 100_000
    assert read([blob("a", text)])["a"].startswith("f ")


def test_a_worker_has_no_environment_and_cannot_write(tmp_path: Path) -> None:
    reader = Reader()
    try:
        list(reader.read([blob("a", GOOD)]))
        process = reader.process
        assert process is not None
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
        limits = Path(f"/proc/{process.pid}/limits").read_text()
    finally:
        reader.close()
    assert environment in (b"", b"LC_CTYPE=C.UTF-8\0")
    rows = {line[:25].strip(): line[26:46].strip() for line in limits.splitlines()}
    assert rows["Max file size"] == rows["Max core file size"] == "0"
    assert rows["Max address space"] == str(1 << 30)


def test_a_worker_is_gone_when_its_reader_is_closed() -> None:
    reader = Reader()
    list(reader.read([blob("a", GOOD)]))
    process = reader.process
    assert process is not None
    reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


def test_heaps_are_cut_by_size() -> None:
    heaps = list(batches(blob(str(number), b"x" * 100_000) for number in range(7)))
    assert [len(heap) for heap in heaps] == [3, 3, 1]
