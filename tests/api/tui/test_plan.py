"""The plan on the screen: nothing is approved by accident, and what a person writes is what happens."""

import asyncio
from contextlib import nullcontext
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from patchwright.agent.plan import Draft
from patchwright.api.tui.app import PatchwrightApp
from tests.api.prepared import DRAFT
from tests.api.tui.stage import WHO, Stage, lines, press, shown, told, typed

FEW = Draft(summary="Say what zero is.", steps=DRAFT.steps, questions=DRAFT.questions)


def test_approving_asks_once_more_with_revision_and_hash_and_only_y_is_yes(stage: Stage) -> None:
    """APR-02: what is approved is what is shown."""
    run_id = stage.waiting(1)
    sha256 = stage.plan(run_id).sha256

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            assert "revision 1" in shown(pilot)
            await press(pilot, "a")
            assert sha256 in shown(pilot)
            await press(pilot, "enter", "a", "space", "n")
            assert stage.store.approvals(run_id) == []
            await press(pilot, "a", "tab")
            await typed(pilot, "keep the API")
            await press(pilot, "enter", "y")
            assert "Approved revision 1" in told(pilot)

    asyncio.run(story())
    (approval,) = stage.store.approvals(run_id)
    assert (approval.decision, approval.by, approval.sha256) == ("approve", WHO, sha256)
    assert approval.notes == "keep the API"
    assert stage.hands.busy == (run_id,)


def test_an_older_revision_or_unsaved_edits_cannot_be_approved(stage: Stage) -> None:
    run_id = stage.waiting(1)
    stage.store.add_plan(run_id, stage.plan(run_id, 2, FEW, "someone"))

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            assert "by someone" in shown(pilot)
            await press(pilot, "left_square_bracket", "a")
            assert "older revision" in told(pilot)
            await press(pilot, "right_square_bracket")
            await to_step(pilot, "Mend the rest")
            await press(pilot, "K", "a")
            assert "Ctrl+S saves" in told(pilot)

    asyncio.run(story())
    assert stage.store.approvals(run_id) == []


def test_a_plan_that_moved_on_meanwhile_is_not_approved(stage: Stage) -> None:
    """APR-03."""
    run_id = stage.waiting(1)

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            await press(pilot, "a")
            stage.store.add_plan(run_id, stage.plan(run_id, 2, FEW, "someone"))
            await press(pilot, "y")
            assert "now at revision 2" in told(pilot)

    asyncio.run(story())
    assert stage.store.approvals(run_id) == []


def test_rejecting_asks_once_more(stage: Stage) -> None:
    run_id = stage.waiting(1)

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            await press(pilot, "x", "escape", "x", "y")
            assert "Rejected" in told(pilot)

    asyncio.run(story())
    assert [one.decision for one in stage.store.approvals(run_id)] == ["reject"]


def test_a_revision_is_asked_for_with_words_on_the_chosen_step_and_answers_and_nothing_typed_is_lost(
    stage: Stage,
) -> None:
    run_id = stage.waiting(1, FEW)

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            await to_step(pilot, "( ) no")
            await press(pilot, "enter")
            assert "(x) no" in shown(pilot)
            await to_step(pilot, "Mend the rest")
            await press(pilot, "r")
            await typed(pilot, "leave it")
            await press(pilot, "escape")
        async with stage.screen(run_id) as pilot:  # another day
            await press(pilot, "r")
            assert "leave it" in pilot.app.screen.query_one(TextArea).text
            await press(pilot, "ctrl+s")
            assert "Sent back revision 1" in told(pilot)

    asyncio.run(story())
    (approval,) = stage.store.approvals(run_id)
    assert approval.decision == "revise"
    assert "Is Python 2 still needed? no" in approval.notes
    assert "Step 2 (Mend the rest by hand): leave it" in approval.notes


def test_steps_are_edited_reordered_and_dropped_and_saved_as_a_revision_of_ones_own(stage: Stage) -> None:
    run_id = stage.waiting(1)

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            await to_step(pilot, "Mend the rest")
            await press(pilot, "e")
            title = pilot.app.screen.query_one("#title", Input)
            title.value = "Mend it by machine"
            await press(pilot, "ctrl+s", "K")
            assert "edited" in shown(pilot)
            await press(pilot, "u")
            assert "Mend the rest by hand" in shown(pilot)
            await to_step(pilot, "Mend the rest")
            await press(pilot, "K", "J", "K", "ctrl+s")
            assert "Saved as revision 2" in told(pilot)
            await press(pilot, "v")
            assert "the order of the steps" in shown(pilot)
            await press(pilot, "v")
            await to_step(pilot, "Take abstract")
            await press(pilot, "D", "ctrl+s")

    asyncio.run(story())
    second, third = stage.store.plans(run_id)[1:]
    assert (second.author, second.draft.steps[0].title) == (WHO, "Mend the rest by hand")
    assert len(third.draft.steps) == 1


def test_the_whole_plan_is_edited_in_the_editor(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = stage.waiting(1)
    script = tmp_path / "editor.sh"
    script.write_text("#!/bin/sh\nsed -i 's/Mend the rest by hand/Mend it all/' \"$1\"\n")
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))
    monkeypatch.setattr(PatchwrightApp, "suspended", nullcontext)  # there is no terminal to give away

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            await press(pilot, "E")
            assert "Mend it all" in shown(pilot)
            await press(pilot, "ctrl+s")

    asyncio.run(story())
    assert stage.store.plans(run_id)[-1].draft.steps[1].title == "Mend it all"


def test_the_hunks_of_a_recipe_unfold_and_evidence_says_what_is_not_there(stage: Stage) -> None:
    run_id = stage.waiting(1)

    async def story() -> None:
        async with stage.screen(run_id, size=(120, 60)) as pilot:
            assert "+from collections.abc import MutableMapping" in shown(pilot)
            await to_step(pilot, "seen at")
            await press(pilot, "enter")
            assert "No such file" in told(pilot) or "not a file" in told(pilot) or "no commit" in told(pilot)

    asyncio.run(story())


async def to_step(pilot: Pilot[None], words: str) -> None:
    """Choose the line that has these words."""
    await press(pilot, "g")
    found = lines(pilot)
    assert found.next_line(1, lambda at: words in found.plain(at)), words
    await pilot.pause()
