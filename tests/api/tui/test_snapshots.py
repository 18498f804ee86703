"""The main screens as they look, at three sizes, as SVG: `UPDATE_SCREENS=1 pytest` writes them anew; look at them then."""

import asyncio
import os
import re
from datetime import datetime
from pathlib import Path

import pytest

from patchwright.api.tui import runs
from patchwright.api.tui.ink import DARK, LIGHT
from tests.api.tui.stage import Stage, press

SCREENS = Path(__file__).parents[2] / "cases" / "screens"
SIZES = ((80, 24), (120, 40), (250, 80))


def tidy(svg: str) -> str:
    """Without the names that are made anew each time."""
    return re.sub(r"terminal-\d+", "terminal", svg)


def always(moment: str, now: datetime) -> str:
    """However long ago it is by now."""
    return "4h"


async def looks(stage: Stage, name: str, size: tuple[int, int]) -> str:
    made = {
        "plan": stage.waiting,
        "live": stage.working,
        "diff": stage.ended,
        "report": stage.ended,
        "both": stage.ended,
    }
    run_id = made[name]() if name in made else ""
    if name == "runs":
        stage.waiting(1)
        stage.working(2)
        stage.ended(3)
    keys = {"report": ("4",), "both": ("v",)}.get(name, ())
    async with stage.screen(run_id, size=size, ink=LIGHT if size == (120, 40) else DARK) as pilot:
        await press(pilot, *keys)
        return tidy(pilot.app.export_screenshot(title="patchwright"))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["runs", "plan", "live", "diff", "both", "report"])
def test_the_screen_looks_as_it_did(
    stage: Stage, name: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "age", always)
    found = asyncio.run(looks(stage, name, size))
    kept = SCREENS / f"{name}-{size[0]}x{size[1]}.svg"
    if os.environ.get("UPDATE_SCREENS"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(found)
    assert found == kept.read_text(), f"{kept.name} looks otherwise now"
