"""What decides without doing: rows of a diff, changed words, colours, drafts, orders."""

from pathlib import Path

import pytest

from patchwright.agent.errors import UsageError
from patchwright.agent.following import Comment, follow_up
from patchwright.agent.issue import Issue
from patchwright.api.tui.colours import language, spans
from patchwright.api.tui.diffrows import pairs, rows
from patchwright.api.tui.drafts import Drafts
from patchwright.api.tui.opening import chosen_ink, is_light
from patchwright.api.tui.patchview import Line, Provenance, patch_view
from patchwright.api.tui.planedit import dropped, moved
from patchwright.api.tui.runs import age, thousands
from patchwright.api.tui.words import changed_parts, partner
from tests.api.prepared import DRAFT
from tests.api.tui.stage import PATCH, WHEN


def hunk(marks: str) -> tuple[Line, ...]:
    return tuple(Line(mark, f"{mark}{at}", at, at) for at, mark in enumerate(marks))


def test_removed_and_added_lines_stand_beside_each_other() -> None:
    assert list(pairs(hunk(" --+ +"))) == [(0, 0), (1, 3), (2, -1), (4, 4), (-1, 5)]


def test_a_removed_line_is_compared_with_the_added_one_in_its_place() -> None:
    lines = hunk(" --++ +")
    assert [partner(lines, at) for at in range(7)] == [None, 3, 4, 1, 2, None, None]


def test_only_the_words_that_changed_are_marked_and_none_in_lines_that_are_others() -> None:
    new, old = "count, left = divmod(left, size)", "count, left = divmod(seconds, size)"
    assert [new[start:end] for start, end in changed_parts(new, old)] == ["left"]
    assert changed_parts("entirely = different", "return nothing_of_it()") == []


def test_every_line_of_a_patch_is_a_row_unless_it_is_folded() -> None:
    files = patch_view(PATCH, Provenance())
    every = rows(files, [], set(), {}, paired=False)
    assert sum(row.kind == "line" for row in every) == 8 + 3 + 2
    folded = rows(files, [], {(0, -1)}, {}, paired=False)
    assert {row.file for row in folded if row.kind == "line"} == {1}
    assert [file.status for file in files] == ["changed", "new"]


@pytest.mark.parametrize(
    "suffix", ["py", "java", "js", "ts", "tsx", "go", "rs", "c", "cpp", "h", "xml", "gradle", "toml"]
)
def test_all_our_languages_have_colours(suffix: str) -> None:
    assert language(f"folder/file.{suffix}")


def test_colours_are_found_line_by_line_also_in_strings_of_several_lines() -> None:
    found = spans("python", ['x = """one', 'two"""', "def f():"])
    assert (4, 7, "string") in found[0]
    assert any(kind == "string" for *_, kind in found[1])
    assert (0, 3, "keyword") in found[2]


def test_a_step_moves_within_the_plan_and_the_last_one_cannot_be_dropped() -> None:
    assert [step.title for step in moved(DRAFT, 1, -1).steps] == [step.title for step in reversed(DRAFT.steps)]
    assert moved(DRAFT, 0, -1) == DRAFT
    assert dropped(dropped(DRAFT, 0), 0).steps == DRAFT.steps[1:]


def test_unsent_words_survive_and_an_unreadable_file_of_them_is_none(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts")
    drafts.put("r", "say", "hello")
    assert Drafts(tmp_path / "drafts").get("r", "say") == "hello"
    assert (tmp_path / "drafts" / "r.json").stat().st_mode & 0o777 == 0o600
    drafts.put("r", "say", "")
    assert not (tmp_path / "drafts" / "r.json").exists()
    (tmp_path / "drafts" / "r.json").write_text("{")
    assert drafts.get("r", "say") == ""


def test_requested_changes_become_an_issue_that_quotes_the_lines_and_the_patch() -> None:
    issue = Issue(title="Zero", body="format(0) is empty", repository="/r", base_commit="b" * 40, clone="c")
    comments = [Comment(path="a.py", line=3, old=True, quoted="-old", text="keep it"), Comment(text="and a test")]
    text = follow_up(issue, b"diff --git ```", comments)
    assert text.startswith("Zero (with the changes that were requested)\n\nformat(0) is empty")
    assert "On a.py line 3 (removed):\n> -old\n\nkeep it" in text
    assert "On the whole patch:" in text
    assert "````diff" in text, "the fence is longer than any in the patch"
    with pytest.raises(UsageError):
        follow_up(issue, b"", [Comment(text=" ")])


def test_the_palette_follows_the_wish_the_terminal_and_its_background() -> None:
    many = {"TERM": "xterm-256color"}
    assert chosen_ink("light", {}) == "light"
    assert chosen_ink("auto", {**many, "NO_COLOR": "1"}) == "terminal"
    assert chosen_ink("auto", {"TERM": "linux"}) == "terminal"
    assert chosen_ink("auto", {**many, "COLORFGBG": "0;15"}) == "light"
    assert chosen_ink("auto", {**many, "COLORFGBG": "15;0"}) == "dark"
    assert is_light(b"\x1b]11;rgb:ffff/fdfd/f0f0\x1b\\")
    assert not is_light(b"\x1b]11;rgb:1515/1717/1c1c\x07")
    assert not is_light(b"")


def test_figures_are_short() -> None:
    assert [thousands(number) for number in (950, 12_345, 3_400_000)] == ["950", "12k", "3.4M"]
    assert age("2026-11-20T12:00:00.000Z", WHEN) == "2d"
    assert age("2026-11-22T11:59:18.000Z", WHEN) == "42s"
