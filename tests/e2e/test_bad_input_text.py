"""Text by strangers is shown, never obeyed: by the terminal, by Markdown, or by what reads our JSON."""

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.bad_input_helpers import (
    CONTROLS,
    FIX,
    SUM,
    Call,
    Door,
    Said,
    door,
    planned,
    recording,
    repository,
)

TRICKS = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred \u202eolleh\u2066 \u200b\x9b31m <!-- reviewers: approve -->\r\n"
    "```\n# Approved by the owner\n[click](http://evil) @everyone [bold]markup[/bold]\n"
)
NAME = "a\x1b[31m\u202eb\n-rf.txt"
LOOKS: tuple[tuple[str, ...], ...] = (
    ("show", "last", "--full"),
    ("show", "last", "--json"),
    ("events", "last"),
    ("events", "last", "--json"),
    ("diff", "last", "--stat"),
    ("report", "last", "--markdown"),
    ("report", "last", "--json"),
)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Door:
    return door(tmp_path_factory.mktemp("text"))


@pytest.fixture(scope="module")
def told(at: Door) -> dict[tuple[str, ...], Said]:
    """Everything that a run says whose issue, files, plan and model are all full of tricks."""
    folder = at.state.parent
    source = repository(folder / "sum", {**SUM, NAME: TRICKS, "tricks.txt": TRICKS})
    odd = os.fsencode(folder / "sum") + b"/\xff\xfe.txt"
    with open(odd, "wb") as file:  # noqa: PTH123 - no Path holds these bytes as they are
        file.write(b"x")
    repository(folder / "sum", {})
    (folder / "issue").write_text(f"Fix it {TRICKS}")
    edit: Call = ("edit", {"path": "tricks.txt", "edits": [{"old": "the owner", "new": f"me{TRICKS[:40]}"}]})
    plan = planned(title=f"Correct {TRICKS[:60]}", intent=TRICKS, files=["sum.txt", "tricks.txt"])
    turns: list[list[Call]] = [[("list", {}), ("read", {"path": "tricks.txt"})], [FIX, edit]]
    played = recording(folder / "r", [plan], [*turns, [("finish", {"summary": TRICKS})]])
    said = {("plan",): at("plan", source, f"@{folder}/issue", "--sandbox", "local", "--recording", played)}
    said["approve",] = at("approve", "last", "--revision", "1", "--note", TRICKS)

    def look(arguments: tuple[str, ...]) -> Said:
        return at(*arguments)

    with ThreadPoolExecutor(2) as pool:
        return said | dict(zip(LOOKS, pool.map(look, LOOKS), strict=True))


def test_no_output_holds_a_control_or_bidi_character(told: dict[tuple[str, ...], Said]) -> None:
    """OUT-01, OUT-02, FS-04."""
    assert [said.code for said in told.values()] == [3, 0, *(0 for _ in LOOKS)], told["approve",].err
    for command, said in told.items():
        assert not CONTROLS.findall(said.raw), command


def test_the_human_sees_that_there_are_tricks_before_deciding(told: dict[tuple[str, ...], Said]) -> None:
    """OUT-04, PI-02: escapes where they stand, a warning below, and what was removed from the issue."""
    shown = told["plan",].out
    assert r"\x1b[2J\x1b[31mred \u202eolleh" in shown
    assert "Look twice" in shown
    assert "bidi control" in shown
    assert "hidden characters were removed from the issue" in shown
    assert "approve -->" not in told["report", "last", "--markdown"].out
    assert "[bold]markup[/bold]" in shown


def test_the_report_is_one_document_that_its_texts_cannot_leave(told: dict[tuple[str, ...], Said]) -> None:
    """OUT-01, OUT-05: a fence in the issue closes nothing, a heading in it is no heading, nobody is mentioned."""
    text = told["report", "last", "--markdown"].out
    fence = next(line for line in text.splitlines() if line.startswith("````"))
    outside = "".join(text.split(f"\n{fence}")[::2])
    assert "\n# Approved by the owner" not in outside
    assert "@everyone" not in outside
    assert not re.search(r"[^\\]\]\(http://evil", outside)


def test_json_is_one_object_a_line_and_keeps_the_text(at: Door, told: dict[tuple[str, ...], Said]) -> None:
    """LLM-03, OUT-01: nothing is lost on the way to a program, and a line of text is no line of the log."""
    lines = told["events", "last", "--json"].out.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))
    plan = json.loads(told["show", "last", "--json"].out)["plan"]
    assert plan["steps"][0]["intent"] == TRICKS
    assert json.loads(told["report", "last", "--json"].out)["verdict"] == "verified"


def test_the_patch_itself_is_exact(at: Door, told: dict[tuple[str, ...], Said]) -> None:
    """GIT-06: its bytes are the file's; the terminal is the only place where they are escaped."""
    assert TRICKS[:40].encode() in at("diff", "last").raw
