"""Search: bounded, sorted, quoted, and only in files of the working copy (RES-09, RES-10)."""

import pytest

from patchwright.sandbox.base import ExecResult
from patchwright.tools.search import Query, found, grep, search
from tests.tools.memory_desk import MemoryDesk

FILES = {
    "src/a.py": b"def load(path):\n    return open(path)\n",
    "src/b.py": b"x = load('a')\ny = Load('b') # load(\n",
    "docs/load.md": b"Call load(path).\n",
    "bin": b"\0load(\0",
}


def test_a_literal_text_is_found_with_file_and_line_in_order() -> None:
    assert search(MemoryDesk(FILES), Query("load(")) == (
        "4 matches in 3 files\n"
        "docs/load.md:1:Call load(path).\n"
        "src/a.py:1:def load(path):\n"
        "src/b.py:1:x = load('a')\n"
        "src/b.py:2:y = Load('b') # load("
    )


def test_a_pattern_a_folder_a_glob_and_case_narrow_the_search() -> None:
    desk = MemoryDesk(FILES)
    assert search(desk, Query(r"\bdef\s+\w+", regex=True)).endswith("src/a.py:1:def load(path):")
    assert search(desk, Query("LOAD", ignore_case=True, path="src")).startswith("3 matches in 2 files")
    assert search(desk, Query("load", glob="*.md")).startswith("1 matches")
    assert search(desk, Query("load", path="src/a.py")).startswith("1 matches")


def test_nothing_found_says_where_and_how_it_was_looked_for() -> None:
    desk = MemoryDesk(FILES)
    assert search(desk, Query("lo.d", path="src")) == 'No match below "src" (taken literally; set regex for a pattern).'
    assert search(desk, Query("x", path="nowhere")) == 'There is nothing at "nowhere".'


def test_a_wrong_pattern_is_told_and_nothing_breaks() -> None:
    assert search(MemoryDesk(FILES), Query("(", regex=True)).startswith("The search failed: grep: ")


def test_res_09_many_matches_come_in_pages() -> None:
    desk = MemoryDesk({"a.txt": b"hit\n" * 200})
    first = search(desk, Query("hit"))
    assert first.startswith("200 matches in 1 files")
    assert first.endswith("(120 more: skip=80, or narrow with path or glob)")
    assert "a.txt:161:hit" in search(desk, Query("hit", skip=160))
    assert search(desk, Query("hit", skip=500)) == "There are only 200 matches."


def test_lines_around_a_match_are_shown_once_and_gaps_are_marked() -> None:
    lines = [f"line {number}" for number in range(1, 21)]
    lines[4], lines[6], lines[19] = "hit one", "hit two", "hit three"
    desk = MemoryDesk({"a.txt": "\n".join(lines).encode() + b"\n", "b.txt": b"hit four\n"})
    assert search(desk, Query("hit", context=1)) == (
        "4 matches in 2 files\na.txt-4-line 4\na.txt:5:hit one\na.txt-6-line 6\na.txt:7:hit two\na.txt-8-line 8\n"
        "--\na.txt-19-line 19\na.txt:20:hit three\n--\nb.txt:1:hit four"
    )


def test_res_09_context_makes_a_page_shorter() -> None:
    desk = MemoryDesk({"a.txt": b"hit\n\n\n\n\n\n" * 200})
    assert search(desk, Query("hit", context=3)).endswith("(180 more: skip=20, or narrow with path or glob)")


def test_long_lines_are_cut() -> None:
    assert len(search(MemoryDesk({"a.js": b"hit" + b"x" * 100_000}), Query("hit"))) < 400


@pytest.mark.parametrize("text", ["$(touch pwned)", "'; touch pwned; '", "-f/etc/passwd", "--help", "`id`", "a'b"])
def test_text_and_folder_of_the_model_are_never_shell_words(text: str) -> None:
    desk = MemoryDesk({"a.txt": f"see {text} here\n".encode(), f"{text}/b".replace("/etc/passwd", ""): b"\n"})
    assert f"a.txt:1:see {text} here" in search(desk, Query(text))
    assert "pwned" not in {path.rpartition("/")[2] for path in desk.paths()}
    assert "touch pwned" not in grep(Query("x", path="y;touch pwned")).replace("'./y;touch pwned'", "")


@pytest.mark.parametrize("text", ["", "a\nb", "a" * 1001])
def test_a_text_that_no_line_can_hold_is_refused(text: str) -> None:
    assert search(MemoryDesk(FILES), Query(text)).startswith("Search for one line")


def test_res_10_a_pattern_that_backtracks_ends_by_itself() -> None:
    desk = MemoryDesk({"a.txt": b"a" * 30_000 + b"b\n"})
    assert "failed" in search(desk, Query(r"(a+)+$", regex=True))


def test_output_that_is_no_match_of_a_known_file_is_left_out() -> None:
    output = b"./a.py\x00" + b"1:hit\nforged.py:2:hit\n./built.py\x003:hit\n./a.py\x00x:hit\n\xff"
    assert [one.text for one in found(ExecResult(0, output, 0.1), ["a.py"], Query("hit"))] == ["hit"]


class Slow(MemoryDesk):
    def shell(self, command: str, timeout: float, stdin: bytes = b"") -> ExecResult:
        return ExecResult(137, b"", timeout, timed_out=True)


def test_a_search_past_its_deadline_says_so() -> None:
    assert "longer than 30 s" in search(Slow(FILES), Query("x"))
