"""Each hunk of the final diff knows the commits that made it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from patchwright.sandbox.provenance import hunks
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.source import open_source
from tests.sandbox.repositories import make, odd

LINES = [f"line {number}\n" for number in range(1, 101)]


class Work:
    """A chain of commits on a base; each is remembered by its name."""

    def __init__(self, repository: Repository, base: str) -> None:
        self.repository, self.base, self.head = repository, base, base
        self.names: dict[str, str] = {}

    def edit(self, name: str, **changes: bytes | None) -> None:
        files = {path.replace("__", "/").replace("_", "."): data for path, data in changes.items()}
        self.raw(name, files)

    def raw(self, name: str, files: dict[str, bytes | None], **executable: bool) -> None:
        trailers = {"Step": name, "Attempt": "1", "Author": "model"}
        self.head = self.repository.commit(
            self.head, files, message=name, trailers=trailers, executable=executable or None
        )
        self.names[self.head] = name

    def found(self) -> list[tuple[str, int, str]]:
        made = hunks(self.repository, self.base, self.head)
        return [(h.path, h.new_start, " ".join(self.names[commit] for commit in h.commits)) for h in made]


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    make(tmp_path / "r", {"a.txt": "".join(LINES).encode(), "b.bin": bytes(100), "c.txt": b"c\n" * 50})
    repository, base = open_source(str(tmp_path / "r"), cache=tmp_path / "cache")
    yield Work(repository, base)
    repository.close()


def text(lines: list[str]) -> bytes:
    return "".join(lines).encode()


def test_each_hunk_is_of_the_commit_that_made_it(work: Work) -> None:
    lines = list(LINES)
    lines[9] = "changed 10\n"
    work.edit("first", a_txt=text(lines))
    lines[0:0] = ["new top\n"] * 30
    work.edit("second", a_txt=text(lines))
    del lines[100]
    work.edit("third", a_txt=text(lines))
    lines.append("end\n")
    work.edit("fourth", a_txt=text(lines))
    assert work.found() == [
        ("a.txt", 1, "second"), ("a.txt", 37, "first"), ("a.txt", 98, "third"), ("a.txt", 127, "fourth")
    ]  # fmt: skip
    assert work.repository.trailers(work.head) == {"Step": "fourth", "Attempt": "1", "Author": "model"}


def test_a_hunk_of_two_commits_names_both_in_order_and_none_that_was_undone(work: Work) -> None:
    lines = list(LINES)
    lines[50] = "wrong\n"
    lines[80] = "wrong\n"
    work.edit("wrong", a_txt=text(lines))
    lines[50], lines[80] = LINES[50], LINES[80]
    work.edit("undone", a_txt=text(lines))
    lines[20] = "x\n"
    work.edit("first", a_txt=text(lines))
    lines[22] = "y\n"
    work.edit("second", a_txt=text(lines))
    assert work.found() == [("a.txt", 18, "first second")]


def test_deleted_lines_are_of_the_commit_that_deleted_them(work: Work) -> None:
    work.edit("insert", a_txt=text([*LINES[:40], "extra\n", *LINES[40:]]))
    work.edit("delete", a_txt=text([*LINES[:40], "extra\n", *LINES[40:60], *LINES[61:]]))
    assert work.found() == [("a.txt", 38, "insert"), ("a.txt", 59, "delete")]


def test_a_line_follows_its_file_through_a_rename(work: Work) -> None:
    changed = [*LINES[:10], "ten\n", *LINES[11:]]
    work.edit("edit", a_txt=text(changed))
    work.edit("move", a_txt=None, sub__d_txt=text(changed))
    work.edit("late", sub__d_txt=text([*changed, "end\n"]))
    assert work.found() == [("sub/d.txt", 8, "edit"), ("sub/d.txt", 98, "late")]


def test_files_without_text_hunks_name_everyone_who_touched_them(work: Work) -> None:
    work.edit("binary", b_bin=b"\0\1")
    work.raw("mode", {}, **{"c.txt": True})
    work.edit("empty", e_txt=b"")
    work.edit("gone", a_txt=None)
    work.edit("back", a_txt=text(LINES))
    work.edit("moved", c_txt=None, m_txt=b"c\n" * 50)
    assert [(path, names) for path, _, names in work.found()] == [
        ("b.bin", "binary"), ("e.txt", "empty"), ("m.txt", "mode moved")
    ]  # fmt: skip


def test_a_file_that_was_deleted_and_made_anew_names_both(work: Work) -> None:
    work.edit("gone", a_txt=None)
    work.edit("back", a_txt=text([*LINES[:50], "fifty\n", *LINES[51:]]))
    [(_, start, names)] = work.found()
    assert start == 48 and names == "gone back"


def test_lines_that_look_like_a_diff_do_not_mislead(work: Work) -> None:
    evil = b"-- a/x\n++ b/x\n@@ -1 +1 @@\ndiff --git a/z b/z\n\0\n"
    work.edit("evil", a_txt=text(LINES[:50]) + evil.replace(b"\0", b"") + text(LINES[50:]))
    work.edit("undo", a_txt=text(LINES[:50]) + b"\n" + text(LINES[50:]))
    work.edit("more", c_txt=b"++ b/evil\n" + b"c\n" * 50)
    assert work.found() == [("a.txt", 48, "evil"), ("c.txt", 1, "more")]


def test_odd_names_and_endings_are_told_apart(tmp_path: Path) -> None:
    odd(tmp_path / "r")
    repository, base = open_source(str(tmp_path / "r"), cache=tmp_path / "cache")
    work = Work(repository, base)
    names = [
        "caf\udce9.txt",
        "new\nline",
        'quo"te\t\\',
        "-dash",
        " space ",
        "na\u00efve/\u4f60\u597d.txt",
        "no-newline",
    ]
    for name in names:
        work.raw(f"edit-{names.index(name)}", {name: repository.tree(base).read(name) + b"\nmore"})
    work.raw("crlf", {"mixed.txt": b"one\r\n2\nthree\r"})
    made = {hunk.path: [work.names[commit] for commit in hunk.commits] for hunk in hunks(repository, base, work.head)}
    assert made == {name: [f"edit-{names.index(name)}"] for name in names} | {"mixed.txt": ["crlf"]}


def test_a_hunk_holds_its_place_and_its_text(work: Work) -> None:
    work.edit("only", a_txt=text([*LINES[:49], "fifty\n", *LINES[50:]]))
    [hunk] = hunks(work.repository, work.base, work.head)
    assert (hunk.old_start, hunk.old_lines, hunk.new_start, hunk.new_lines) == (47, 7, 47, 7)
    assert hunk.header == "line 46"
    assert hunk.text.splitlines()[3:5] == ["-line 50", "+fifty"]


def test_no_change_has_no_hunks(work: Work) -> None:
    assert hunks(work.repository, work.base, work.base) == ()
