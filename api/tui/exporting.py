"""Everything about a run into one archive, from wherever on the screen."""

from pathlib import Path

from patchwright.api.naming import short
from patchwright.api.tui.desk import Desk
from patchwright.api.tui.dialogs import Ask


def ask_export(desk: Desk, run_id: str) -> None:
    """Ask for the file, then write it."""

    def named(target: str | None) -> None:
        if target:
            desk.work(_export(desk, run_id, Path(target)))

    desk.ask(Ask("Export everything about this run to", f"patchwright-{short(run_id)}.tar.gz"), named)


async def _export(desk: Desk, run_id: str, target: Path) -> None:
    said = await desk.attempt(lambda: desk.hands.export(run_id, target))
    if said is not None:
        desk.tell(said)
