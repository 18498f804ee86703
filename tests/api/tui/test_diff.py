"""The patch on the screen: read, searched, folded, commented on, taken."""

import asyncio
from pathlib import Path
from typing import cast

from textual.pilot import Pilot

from patchwright.api.tui.difflines import DiffLines
from tests.api.tui.stage import PATCH, Stage, lines, press, settled, shown, told, typed


def diff(pilot: Pilot[None]) -> DiffLines:
    return cast("DiffLines", lines(pilot))


def test_each_hunk_says_its_step_author_and_what_proves_it(stage: Stage) -> None:
    run_id = stage.ended()

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            text = shown(pilot)
            assert "step 2: Mend the rest by hand, try 1, by the model" in text
            assert "proved by tests.test_a::*, which failed before" in text
            assert "by a recipe" in text
            assert "text.py +3 -2" in text, "the tree"
            assert "2 files  +5 -2  verified" in text

    asyncio.run(story())


def test_words_are_marked_and_code_is_coloured_inside_the_hunk(stage: Stage) -> None:
    run_id = stage.ended()

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            found = diff(pilot)
            at = next(at for at in range(found.total()) if "divmod" in found.plain(at))
            text = found.draw(at, 100)
            ink = found.ink
            marked = [text.plain[span.start : span.end] for span in text.spans if span.style == ink.added_word]
            assert "divmod" in "".join(marked)
            assert "count" not in "".join(marked)
            coloured = [text.plain[span.start : span.end] for span in text.spans if span.style in ink.syntax.values()]
            assert "divmod" in coloured

    asyncio.run(story())


def test_keys_jump_fold_and_show_both_sides(stage: Stage) -> None:
    run_id = stage.ended()

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            await press(pilot, "right_square_bracket", "right_square_bracket")
            assert diff(pilot).rows[diff(pilot).cursor].hunk == 1
            await press(pilot, "right_curly_bracket")
            assert diff(pilot).rows[diff(pilot).cursor].file == 1
            await press(pilot, "v")
            row = next(line for line in shown(pilot).splitlines() if "divmod" in line)
            assert "int(seconds" in row, "old and new on one line"
            await press(pilot, "v", "z")
            assert "divmod" not in shown(pilot)
            await press(pilot, "z", "left_curly_bracket", "space")
            assert "divmod" not in shown(pilot)
            assert "def test_zero" in shown(pilot)
            await press(pilot, "enter", "f")
            assert lines(pilot).id == "files"
            await press(pilot, "G", "enter")
            assert diff(pilot).rows[diff(pilot).cursor].file == 1

    asyncio.run(story())


def test_a_search_goes_from_match_to_match_and_says_when_there_is_none(stage: Stage) -> None:
    run_id = stage.ended()

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            await press(pilot, "slash")
            await typed(pilot, "PARTS")
            await press(pilot, "enter")
            first = diff(pilot).cursor
            await press(pilot, "n")
            assert diff(pilot).cursor > first
            await press(pilot, "N")
            assert diff(pilot).cursor == first
            await press(pilot, "slash", "ctrl+u")
            await typed(pilot, "nowhere")
            await press(pilot, "enter")
            assert "is nowhere here" in told(pilot)

    asyncio.run(story())


def test_comments_are_kept_shown_and_begin_a_run_that_quotes_them(stage: Stage, tmp_path: Path) -> None:
    repository, base = a_repository(tmp_path)
    run_id = stage.ended(repository=str(repository))
    rebase(stage, run_id, base)

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            found = diff(pilot)
            found.go(next(at for at in range(found.total()) if "divmod" in found.plain(at)))
            await press(pilot, "c")
            await typed(pilot, "use a loop")
            await press(pilot, "ctrl+s")
            assert "┃ use a loop" in shown(pilot)
        async with stage.screen(run_id) as pilot:  # another day
            assert "┃ use a loop" in shown(pilot)
            await press(pilot, "R", "y")
            await settled(pilot)
            assert "with the changes that were requested" in shown(pilot)

    asyncio.run(story())
    (new,) = (run for run in stage.store.runs() if run.id != run_id)
    assert "On clock/text.py line 12:" in new.issue.body
    assert "> +        count, seconds = divmod(seconds, size)" in new.issue.body
    assert "use a loop" in new.issue.body
    assert new.issue.base_commit == base, "on the same base, with the whole patch quoted"


def test_a_patch_is_accepted_into_a_checkout_or_a_new_file(stage: Stage, tmp_path: Path) -> None:
    repository, _ = a_repository(tmp_path)
    run_id = stage.ended(repository=str(repository))

    async def story() -> None:
        async with stage.screen(run_id) as pilot:
            target = tmp_path / "it.diff"
            await press(pilot, "w", "p", "ctrl+u")
            await typed(pilot, str(target))
            await press(pilot, "enter")
            assert target.read_bytes() == PATCH
            await press(pilot, "w", "p", "ctrl+u")
            await typed(pilot, str(target))
            await press(pilot, "enter")
            assert "left as it is" in told(pilot)
            await press(pilot, "w", "enter", "enter")
            assert "2 files of" in told(pilot)

    asyncio.run(story())
    assert "divmod" in (repository / "clock" / "text.py").read_text()
    assert stage.store.run(run_id).status == "accepted"


def a_repository(folder: Path) -> tuple[Path, str]:
    """A checkout that the patch fits, and its commit."""
    from tests.api.tui.stage import git

    repository = folder / "clock"
    (repository / "clock").mkdir(parents=True)
    before = [f"line_{number} = 0" for number in range(1, 40)]
    before[9:15] = [
        "    parts = []",
        "    for unit, size in UNITS.items():",
        "        count = int(seconds / size)",
        '        parts.append(f"{count}{unit}")',
        '    return " ".join(parts)',
        "",
    ]
    before[29:31] = ["    if not text:", "        raise ValueError(text)"]
    (repository / "clock" / "text.py").write_text("\n".join(before) + "\n")
    git(repository, "init", "-q")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "one")
    return repository, git(repository, "rev-parse", "HEAD")


def rebase(stage: Stage, run_id: str, base: str) -> None:
    """As if the run had begun on that commit."""
    issue = stage.store.run(run_id).issue.model_copy(update={"base_commit": base})
    with stage.store.database.transaction() as connection:
        connection.execute("UPDATE runs SET issue=? WHERE id=?", (issue.model_dump_json(), run_id))
