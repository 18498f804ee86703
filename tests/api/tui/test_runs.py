"""The list of runs, and a new one from it."""

import asyncio
from pathlib import Path

from textual.widgets import Input, Select, TextArea

from tests.api.tui.stage import Stage, git, press, settled, shown, told, typed


def test_runs_are_listed_with_status_verdict_cost_and_step_and_open_by_enter(stage: Stage) -> None:
    stage.waiting(1)
    stage.working(2)
    stage.ended(3)

    async def story() -> None:
        async with stage.screen(size=(160, 30)) as pilot:
            text = shown(pilot)
            assert "awaiting approval" in text
            assert "verified" in text
            assert "0.02" in text, "money where there are prices"
            assert "step 2: Mend the cause" in text
            assert "executing, parked" in text, "nobody works on it"
            assert "1 wait for a decision" in text
            await press(pilot, "enter")
            assert "1 Plan" in shown(pilot)
            await press(pilot, "q")
            assert "runs of this machine" in shown(pilot)
            await press(pilot, "question_mark")
            assert "New run" in shown(pilot)

    asyncio.run(story())


def test_the_list_is_filtered_as_one_types_and_ordered_by_o(stage: Stage) -> None:
    stage.waiting(1, title="the first")
    stage.ended(3)

    async def story() -> None:
        async with stage.screen() as pilot:
            await press(pilot, "slash")
            await typed(pilot, "awaiting first")
            assert "1 of 2" in shown(pilot)
            assert "format(0)" not in shown(pilot)
            await press(pilot, "enter", "escape")
            assert "format(0)" in shown(pilot)
            await press(pilot, "o", "o", "o")
            assert "cost" in shown(pilot).splitlines()[0]

    asyncio.run(story())


def test_a_run_is_begun_from_the_screen_and_shown(stage: Stage, tmp_path: Path) -> None:
    repository = tmp_path / "clock"
    repository.mkdir()
    (repository / "clock.py").write_text("x = 1\n")
    git(repository, "init", "-q")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "one")

    async def story() -> None:
        async with stage.screen() as pilot:
            await press(pilot, "n")
            await press(pilot, "ctrl+s")
            assert "issue is empty" in told(pilot), "and the form is still there"
            screen = pilot.app.screen
            screen.query_one("#repository", Input).value = str(repository)
            screen.query_one("#issue", TextArea).text = "x should be 2"
            screen.query_one("#sandbox", Select).value = "local"  # pyright: ignore[reportUnknownMemberType]
            screen.query_one("#way", Select).value = "recipes"  # pyright: ignore[reportUnknownMemberType]
            await press(pilot, "ctrl+s")
            await settled(pilot)
            assert "x should be 2" in shown(pilot)

    asyncio.run(story())
    (run,) = stage.store.runs()
    assert (run.issue.title, run.sandbox, run.issue.repository) == ("x should be 2", "local", str(repository))
    assert stage.hands.busy == (run.id,)


def test_words_of_a_form_that_is_left_are_there_again(stage: Stage) -> None:
    async def story() -> None:
        async with stage.screen() as pilot:
            await press(pilot, "n", "tab")
            await typed(pilot, "half a thought")
            await press(pilot, "escape", "n")
            assert "half a thought" in shown(pilot)

    asyncio.run(story())
