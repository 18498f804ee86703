"""A run's events on standard error while it is worked on: with a moving last line where there is a terminal."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from patchwright.agent.events import Event
from patchwright.agent.store.store import Store
from patchwright.api.follow import follow
from patchwright.api.screen import Screen
from patchwright.api.wording import Mood, Narrator

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

STYLES: dict[Mood, str] = {"plain": "", "quiet": "dim", "good": "green", "bad": "red", "notice": "yellow"}


@contextmanager
def progress(screen: Screen, store: Store, run_id: str) -> Generator[None]:
    """While the context lasts, tell what happens to the run from now on."""
    narrator, over = Narrator(), threading.Event()
    events = store.events(run_id, limit=1_000_000)
    for event in events:
        narrator.line(event)
    begun = any(event.kind == "status_changed" for event in events)
    seen = events[-1].seq if begun else 0  # a run that has just been made is told from its beginning
    teller = threading.Thread(target=_tell, args=(screen, store, run_id, narrator, over.is_set, seen), daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()


def _tell(screen: Screen, store: Store, run_id: str, narrator: Narrator, over: Callable[[], bool], after: int) -> None:
    events = follow(store, run_id, over, after)
    if not screen.err.is_terminal:
        for event in events:
            tell_plainly(screen, narrator, event)
        return
    from rich.live import Live

    began = time.monotonic()
    with Live(
        get_renderable=lambda: _moving(screen, narrator, began),
        console=screen.err,
        transient=True,
        refresh_per_second=8,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        for event in events:
            tell_plainly(screen, narrator, event)


def tell_plainly(screen: Screen, narrator: Narrator, event: Event, console: "Console | None" = None) -> None:
    """One event as one line, with the time of day in UTC; on standard error, or where it is asked for."""
    told = narrator.line(event)
    if told is None:
        return
    words, mood = told
    target, text = console or screen.err, screen.text(screen.line(words), STYLES[mood])
    if target.is_terminal:
        target.print(_columns(event.at[11:19], text), markup=False)
    else:
        target.print(f"{event.at[11:19]}  {text.plain}", markup=False, highlight=False, emoji=False, soft_wrap=True)


def _columns(at: str, text: "Text") -> "RenderableType":
    from rich.table import Table

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(at, text)
    return table


_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def _moving(screen: Screen, narrator: Narrator, began: float) -> "RenderableType":
    from rich.text import Text

    seconds = time.monotonic() - began
    frames = _FRAMES if (screen.err.encoding or "").startswith("utf") else "-\\|/"
    frame = frames[int(seconds * 8) % len(frames)]
    words = screen.line(narrator.doing, 200)
    return Text(f"{frame} {words}  {seconds:.0f} s", style="cyan", no_wrap=True, overflow="ellipsis")
