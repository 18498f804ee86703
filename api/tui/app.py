"""The screen as a program: who it asks, in which colours it draws, and that nothing blocks its keys."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen as TextualScreen

from patchwright.agent.errors import PatchwrightError
from patchwright.api.naming import short
from patchwright.api.screen import Screen
from patchwright.api.tui.drafts import Drafts
from patchwright.api.tui.ink import THEMES, Ink
from patchwright.api.tui.look import CSS
from patchwright.api.tui.pen import Pen
from patchwright.api.tui.source import Hands, Source
from patchwright.sandbox.errors import SandboxError
from patchwright.tools.untrusted import printable

T = TypeVar("T")
EXPECTED = (PatchwrightError, SandboxError, OSError)
"""What can go wrong without a defect: it is told, and the screen goes on."""
AGAIN = 60.0
"""Seconds after which a trouble that lasts is told again."""


class PatchwrightApp(App[None]):
    """All runs of a source. `parting` is what the person should know after they have left."""

    CSS = CSS
    TITLE = "patchwright"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("question_mark", "keys", "Keys"),
    ]

    def __init__(
        self, screen: Screen, ink: Ink, source: Source, hands: Callable[[], Hands], run_id: str = "", *, drafts: Path
    ) -> None:
        super().__init__()
        self.ink = ink
        self.pen = Pen(screen, ink)
        self.source = source
        self._open_hands = hands
        self._hands: Hands | None = None
        self.drafts = Drafts(drafts)
        self.parting: list[str] = []
        self._run_id = run_id
        self._told = -AGAIN
        self._seeing = ThreadPoolExecutor(1, "see")
        self._doing = ThreadPoolExecutor(1, "do")

    @property
    def hands(self) -> Hands:
        """What a person can do. Opened after the first picture, in the thread that acts: it takes a while to import."""
        if self._hands is None:
            self._hands = self._open_hands()
        return self._hands

    def on_mount(self) -> None:
        """The list of runs, with the run that was named upon it."""
        from patchwright.api.tui.runs import RunsScreen

        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self.ink.theme
        self.push_screen(RunsScreen(self))
        if self._run_id:
            self.open_run(self._run_id)
        self.set_interval(1.0, self._tend)

    def open_run(self, run_id: str) -> None:
        """Show one run."""
        from patchwright.api.tui.run import RunScreen

        self.push_screen(RunScreen(self, run_id))

    async def see(self, look: Callable[[], T]) -> T:
        """The outcome of a look at the source, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._seeing, look)

    async def glance(self, look: Callable[[], T]) -> T | None:
        """The same for what is looked at again and again: None if it failed, which the person is told once a minute."""
        try:
            return await self.see(look)
        except EXPECTED as error:
            now = time.monotonic()
            if now - self._told >= AGAIN:
                self._told = now
                self.tell(str(error), bad=True)
            return None

    async def attempt(self, act: Callable[[], T]) -> T | None:
        """The outcome of an act, off the event loop; None if it failed, which the person is told."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._doing, act)
        except EXPECTED as error:
            self.tell(str(error), bad=True)
            return None

    def work(self, what: Coroutine[Any, Any, None]) -> None:
        """Do it beside what else goes on."""
        self.run_worker(what)

    def ask(self, dialog: TextualScreen[T], then: Callable[[T | None], object]) -> None:
        """Show a dialog; `then` gets what came of it."""
        self.push_screen(dialog, lambda answer: (then(answer), None)[1])

    @contextmanager
    def suspended(self) -> Generator[None]:
        """Within it the terminal belongs to another program."""
        with self.suspend():
            yield
        self.refresh(layout=True)

    def tell(self, words: str, *, bad: bool = False) -> None:
        """A sentence at the edge of the screen; harmless, without markup."""
        cleaned = printable(self.pen.screen.clean(words))
        self.notify(cleaned, severity="error" if bad else "information", timeout=12 if bad else 5, markup=False)

    def _tend(self) -> None:
        self.run_worker(self._tending())

    async def _tending(self) -> None:
        for words in await self.attempt(lambda: self.hands.tend()) or ():
            self.tell(words, bad=True)

    def action_keys(self) -> None:
        """All keys of this screen."""
        from patchwright.api.tui.help import key_reader

        self.push_screen(key_reader(self, self.screen, self.get_key_display))

    async def action_quit(self) -> None:
        """Leave; what is at work goes on."""
        busy = ", ".join(map(short, self.hands.busy)) if self._hands else ""
        if busy:
            self.parting.append(f"At work without this screen: {busy}. `patchwright tui` shows it again.")
        self.exit()

    @property
    def defect(self) -> Exception | None:
        """What ended the screen, if it was no person."""
        return self._exception

    def _fatal_error(self) -> None:
        """A defect is told by the door, its traceback kept in the log: none is shown, with who knows what in it."""
        self._close_messages_no_wait()

    def on_unmount(self) -> None:
        """Nothing is waited for."""
        self._seeing.shutdown(wait=False, cancel_futures=True)
        self._doing.shutdown(wait=False, cancel_futures=True)
