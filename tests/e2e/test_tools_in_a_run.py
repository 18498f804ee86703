"""The editor's tools within a run: what an edit breaks comes back with it, a step can be undone whole, one answer can do it all."""

from pathlib import Path
from typing import Any

from patchwright.agent import views
from tests.e2e import story
from tests.e2e.conftest import MakeStage

CHECKS = """
[[checks]]
name = "word"
kind = "tests"
command = ["grep", "-q", "right", "word.txt"]

[[checks]]
name = "lint"
kind = "lint"
command = ["sh", "-c", "! grep -q BAD word.txt"]
"""
STEP: dict[str, Any] = {
    "title": "Mend it",
    "intent": "",
    "files": ["word.txt", "tool.sh"],
    "creates": ["more.txt"],
    "verify": "",
    "must_fix": ["command:word"],
}


def edit(new: str) -> story.Call:
    return "edit", {"path": "word.txt", "edits": [{"old": "wrong", "new": new}]}


def test_an_edit_tells_what_it_broke_undo_takes_all_back_and_the_rest_fits_into_one_answer(
    tiny: MakeStage, tmp_path: Path
) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, text in {"word.txt": "  wrong\n", "tool.sh": "echo tool\n", "patchwright.toml": CHECKS}.items():
        (folder / name).write_text(text)
    (folder / "tool.sh").chmod(0o755)
    story.committed(folder)
    plan = {"summary": "Mend the word.", "root_cause": "A typo.", "steps": [STEP]}
    looks = ("run", {"command": "test -x tool.sh && cat word.txt; ls more.txt | tail -1; true"})
    records = [
        story.says("planner", ("submit_plan", plan)),
        story.says(
            "editor", edit("BAD right"), ("delete", {"path": "tool.sh"}), ("create", {"path": "more.txt", "text": ""})
        ),
        story.says("editor", ("undo", {}), looks),
        story.says("editor", edit("right"), ("run_tests", {}), ("finish", {"summary": "Done."})),
        story.reviews(),
    ]
    stage = tiny(records=records)
    run = stage.begin()
    stage.approve(run.id)
    assert stage.drive(run.id).verdict == "verified"
    said = [event.data["says"] for event in stage.store().events(run.id) if event.kind == "tool_called"]
    assert said[0] == "word.txt: 1 edit made.\nThe check lint ends worse than on the base; see `diagnostics`."
    assert said[3] == "As at the start of this step again: more.txt, tool.sh, word.txt."
    status, *output = said[4].split("\n")
    assert status.startswith("exit code 0")
    assert output[0] == "  wrong"
    assert output[-1] == "[exit code 2|0: … | tail -1]"
    patch = views.patch(stage.store(), run.id)
    assert patch.count(b"diff --git") == 1
    assert b"+  right" in patch
