"""The index: per blob, once for all commits and runs, whole after any death, begun anew when it is damaged."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from patchwright.sandbox.trees import Entry
from patchwright.tools.knowledge import build, index, reading
from patchwright.tools.knowledge.build import Busy, bring_up
from patchwright.tools.knowledge.index import open_index
from patchwright.tools.knowledge.known import NoIndex
from tests.tools.knowledge.places import Clone, clone

FILES = {
    "src/a.py": b"class Loader:\n    def load(self): pass\n",
    "src/b.py": b"from a import Loader\nLoader().load()\n",
    "README.md": b"# Loader\n",
}


class Watched:
    """A tree that notes which blobs were read."""

    def __init__(self, here: Clone) -> None:
        self._tree = here.tree
        self.read: list[str] = []

    def entries(self) -> Sequence[Entry]:
        return self._tree.entries()

    def blobs(self, shas: Iterable[str]) -> Iterator[bytes]:
        wanted = list(shas)
        self.read += wanted
        return self._tree.blobs(wanted)


def names(here: Clone) -> dict[str, list[str]]:
    """What each source file defines."""
    with here.known() as found:
        return {path: [one.name for one in found.index.definitions(blob)] for path, blob in sorted(found.blobs.items())}


def test_only_sources_are_read_and_each_content_once(tmp_path: Path) -> None:
    here = clone(tmp_path, {**FILES, "src/copy.py": FILES["src/a.py"]})
    tree = Watched(here)
    bring_up(here.index, tree, 5)
    assert len(tree.read) == 2
    assert names(here) == {"src/a.py": ["Loader", "load"], "src/b.py": [], "src/copy.py": ["Loader", "load"]}


def test_a_new_commit_reads_only_new_contents(tmp_path: Path) -> None:
    first = clone(tmp_path, FILES)
    bring_up(first.index, first.tree, 5)
    second = first.changed({"src/b.py": b"def fresh(): pass\n", "src/moved.py": FILES["src/a.py"], "src/a.py": None})
    tree = Watched(second)
    bring_up(second.index, tree, 5)
    assert len(tree.read) == 1
    assert names(second) == {"src/b.py": ["fresh"], "src/moved.py": ["Loader", "load"]}
    assert names(first) == {"src/a.py": ["Loader", "load"], "src/b.py": []}


def test_another_commit_is_not_seen(tmp_path: Path) -> None:
    first = clone(tmp_path, FILES)
    second = first.changed({"src/a.py": b"class Other: pass\n"})
    names(first)
    with second.known() as found:
        assert [blob for blob in found.index.defining("Loader") if blob in found.paths] == []
        assert found.index.concepts('"loader"', [found.blobs["src/a.py"]], 5) == []


def test_res_08_large_files_are_named_and_files_beyond_the_limit_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "MAX_FILES", 2)
    here = clone(tmp_path, {"a.py": b"#" * 600_000, "b.py": b"x = 1\n", "c.py": b"y = 1\n"})
    with here.known() as found:
        assert found.gaps(found.below("")) == (
            "(not in the index: a.py (larger than 500,000 bytes), 1 files beyond the limits)"
        )
        assert set(found.blobs) == {"a.py", "b.py"}


def test_a_repository_of_nothing_but_deadly_files_ends_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MOST_LOST", 1)
    monkeypatch.setattr(reading, "_COMMAND", ("/bin/false",))
    monkeypatch.setattr(reading, "BATCH_BYTES", 1)
    here = clone(tmp_path, {f"{number}.py": b"x%d = 1\n" % number for number in range(9)})
    with here.known() as found:
        why = list(found.index.skipped().values())
    assert len(why) == 9
    assert why.count("its reader crashed") == 2
    assert why.count("too many others failed") == 7


@pytest.mark.parametrize("damage", [b"", b"nonsense" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_index_is_begun_anew(tmp_path: Path, damage: bytes) -> None:
    here = clone(tmp_path, FILES)
    here.index.parent.mkdir()
    here.index.write_bytes(damage)
    assert names(here)["src/a.py"] == ["Loader", "load"]


def test_an_index_that_has_grown_too_large_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = clone(tmp_path, FILES)
    names(here)
    monkeypatch.setattr(index, "MAX_BYTES", 1)
    later = here.changed({"src/b.py": b"def fresh(): pass\n"})
    assert names(later)["src/b.py"] == ["fresh"]
    with open_index(here.index) as found:
        assert len(found.ids()) == 2


def test_who_writes_is_waited_for_and_then_nothing_is_left_to_do(tmp_path: Path) -> None:
    here = clone(tmp_path, {f"{number}.py": b"def f%d(): pass\n" % number for number in range(50)})
    trees = [Watched(here) for _ in range(4)]
    threads = [threading.Thread(target=bring_up, args=(here.index, tree, 30)) for tree in trees]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(tree.read) for tree in trees) == [0, 0, 0, 50]


def test_a_writer_that_takes_too_long_is_said(tmp_path: Path) -> None:
    import fcntl

    here = clone(tmp_path, FILES)
    here.index.parent.mkdir()
    with here.index.with_suffix(".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Busy):
            bring_up(here.index, here.tree, 0)
    assert names(here)


def test_an_index_that_cannot_be_written_is_no_index(tmp_path: Path) -> None:
    here = clone(tmp_path, FILES)
    here.index.parent.write_bytes(b"in the way")
    with pytest.raises(NoIndex), here.known():
        pass


DYING = """
import sys
from pathlib import Path
from patchwright.sandbox.repository import Repository
from patchwright.tools.knowledge import reading
from patchwright.tools.knowledge.build import bring_up
from patchwright.tools.knowledge.index import Index
reading.BATCH_BYTES = 1
real = Index.add
def add(self, found):
    real(self, found)
    print("added", flush=True)
    sys.stdin.readline()
Index.add = add
repository = Repository(Path(sys.argv[1]))
bring_up(Path(sys.argv[2]), repository.tree(sys.argv[3]), 5)
"""


def test_killed_at_any_moment_it_goes_on_where_it_was(tmp_path: Path) -> None:
    here = clone(tmp_path, {f"{number:02}.py": b"def f%d(): pass\n" % number for number in range(20)})
    command = [sys.executable, "-c", DYING, str(here.repository.git_dir), str(here.index), here.commit]
    kept = 0
    for dies_after in (1, 4, 9):
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
            assert process.stdin is not None and process.stdout is not None
            for _ in range(dies_after):
                process.stdout.readline()
                process.stdin.write(b"\n")
            os.kill(process.pid, signal.SIGKILL)
        with open_index(here.index) as found:
            now = len(found.ids())
        assert kept <= now <= kept + dies_after + 1
        kept = now
    tree = Watched(here)
    bring_up(here.index, tree, 5)
    assert len(tree.read) == 20 - kept
    assert [defined for (defined,) in names(here).values()] == [f"f{number}" for number in range(20)]


def test_a_reader_goes_on_while_the_index_grows(tmp_path: Path) -> None:
    here = clone(tmp_path, FILES)
    with here.known() as found:
        later = here.changed({"src/c.py": b"def fresh(): pass\n"})
        assert names(later)["src/c.py"] == ["fresh"]
        assert found.index.definitions(found.blobs["src/a.py"])[0].name == "Loader"


def test_what_was_skipped_stays_skipped(tmp_path: Path) -> None:
    here = clone(tmp_path, {"big.py": b"x" * 600_000})
    names(here)
    tree = Watched(here)
    bring_up(here.index, tree, 5)
    assert tree.read == []
    with open_index(here.index) as found:
        assert list(found.skipped().values()) == [build.TOO_LARGE.why]
