"""What happens, the report and the trajectory; and that hostile text is shown, never obeyed."""

import asyncio

from patchwright.agent.plan import Draft, Evidence, Question, Step
from patchwright.agent.store.ledger import own
from patchwright.api.tui.ink import TERMINAL
from tests.api.tui.stage import PATCH, Stage, lines, press, settled, shown, told, typed

ESCAPES = "\x1b[31mred\x1b]0;title\x07 \x9b2J [bold]markup[/bold] a-secret-of-ours pay\u202eevil"


def test_steps_tries_checks_and_events_are_there_and_grow(stage: Stage) -> None:
    run_id = stage.working()

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            text = shown(pilot)
            assert "nobody works on it" in text
            assert "✓ 1 Show it with a test" in text
            assert "✗ try 1 8 of 10 pass, 1 broken" in text
            assert "▸ 2 Mend the cause" in text
            assert "8 of 9" in text and "10 of 10" in text, "the table"
            assert "900 in 80 out" in text
            with own(stage.store, run_id) as ledger:
                ledger.event("warning", text="something new")
            await asyncio.sleep(0.6)
            await settled(pilot)
            assert "something new" in shown(pilot), "followed from the store"

    asyncio.run(story())


def test_an_edit_unfolds_to_a_small_diff_and_a_model_call_to_what_it_said(stage: Stage) -> None:
    run_id = stage.working()

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            log = lines(pilot)
            log.next_line(-1, lambda at: "tool create" in log.plain(at))
            await press(pilot, "space")
            assert "+assert 2" in shown(pilot)
            await press(pilot, "space")
            assert "+assert 2" not in shown(pilot)
            log.next_line(-1, lambda at: "editor (m)" in log.plain(at))
            await press(pilot, "enter")
            assert "calls create" in shown(pilot)
            await press(pilot, "tab")
            await press(pilot, "g", "enter")
            assert "step 1" in log.plain(log.cursor)

    asyncio.run(story())


def test_a_person_says_pauses_goes_on_and_cancels(stage: Stage) -> None:
    run_id = stage.working()

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            await press(pilot, "s")
            await typed(pilot, "mind the zero")
            await press(pilot, "ctrl+s")
            assert [said.text for said in stage.store.said(run_id)] == ["mind the zero"]
            await press(pilot, "p")
            assert stage.hands.busy == (run_id,), "nobody worked on it: it goes on"
            await press(pilot, "c", "n", "c", "y")
            assert stage.store.run(run_id).cancel_requested
            assert "Cancelled" in told(pilot) or "stops within seconds" in told(pilot)

    asyncio.run(story())


def test_a_spent_budget_is_added_to(stage: Stage) -> None:
    run_id = stage.working()
    with own(stage.store, run_id) as ledger:
        ledger.status("paused_budget", "400 of 400 model calls are spent")

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            await press(pilot, "p")
            await typed(pilot, "requests=50")
            await press(pilot, "enter")
            assert "It goes on" in told(pilot)

    asyncio.run(story())
    assert stage.store.added(run_id) == {"requests": 50}


def test_the_trajectory_opens_each_call_and_is_exported(stage: Stage) -> None:
    run_id = stage.working()
    target = stage.folder / "all.tar.gz"

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            await press(pilot, "5")
            assert "1 request: 900 tokens in, 80 out, 0.0200 in money; 1 tool call" in shown(pilot)
            await press(pilot, "g", "enter")
            assert "I write the test." in shown(pilot)
            await press(pilot, "escape", "X", "ctrl+u")
            await typed(pilot, str(target))
            await press(pilot, "enter")
            assert target.exists()
            await press(pilot, "4")
            assert "There is no report yet" in shown(pilot)

    asyncio.run(story())


def test_the_report_says_the_same_as_on_the_command_line(stage: Stage) -> None:
    run_id = stage.ended()

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            await press(pilot, "4")
            assert "patch, verified" in shown(pilot)
            assert "10 of 10 pass" in shown(pilot)

    asyncio.run(story())


def test_hostile_text_is_shown_and_flagged_and_never_obeyed_and_secrets_are_not_there(stage: Stage) -> None:
    """OUT-02, OUT-04, SEC-04: in titles, plans, events and diffs, on every part of the screen."""
    step = Step(title=ESCAPES, intent=ESCAPES, files=("a.py",), evidence=(Evidence(path="a\x1b.py", note=ESCAPES),))
    questions = (Question(question=ESCAPES, suggestions=(ESCAPES,)),)
    draft = Draft(summary=ESCAPES, steps=(step,), risks=(ESCAPES,), questions=questions)
    waiting = stage.waiting(1, draft, title=ESCAPES)
    patch = PATCH.replace(b"# nothing is no duration", ESCAPES.encode() + b"\tx" + b"w" * 5000)
    ended = stage.ended(3, patch=patch)
    with own(stage.store, waiting) as ledger:
        ledger.event("warning", text=ESCAPES)

    async def story() -> None:
        for run_id, keys in ((waiting, "12345"), (ended, "3")):
            async with stage.screen(run_id, size=(200, 60)) as pilot:
                for key in keys:
                    await press(pilot, key)
                    harmless(shown(pilot))
                if run_id == waiting:
                    await press(pilot, "1")
                    assert "\\x1b[31mred" in shown(pilot)
                    assert "[bold]markup[/bold]" in shown(pilot)
                    assert "Look twice" in shown(pilot)
                    for dialog in ("a", "r", "e"):
                        await press(pilot, *("j",) * 25, dialog)
                        harmless(shown(pilot))
                        await press(pilot, "escape")
                else:
                    assert "bidi control" in shown(pilot)
                await press(pilot, "q")
                harmless(shown(pilot))

    asyncio.run(story())


def harmless(text: str) -> None:
    assert not [char for char in text if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)]
    assert "\u202e" not in text
    assert "a-secret-of-ours" not in text


def test_without_colours_marks_say_the_same(stage: Stage) -> None:
    run_id = stage.ended()

    async def story() -> None:
        async with stage.screen(run_id, ink=TERMINAL) as pilot:
            await press(pilot, "j", "j", "j")
            text = shown(pilot)
            assert "▌" in text
            assert any(line.strip().endswith("divmod(seconds, size)") and " + " in line for line in text.splitlines())

    asyncio.run(story())


def test_it_fits_the_smallest_terminal_and_follows_a_resize(stage: Stage) -> None:
    run_id = stage.ended()

    async def story() -> None:
        async with stage.screen(run_id, size=(80, 24)) as pilot:
            assert "divmod" in shown(pilot)
            assert "text.py +3" not in shown(pilot), "the tree has no room"
            await pilot.resize_terminal(140, 40)
            await settled(pilot)
            assert "text.py +3" in shown(pilot)

    asyncio.run(story())
