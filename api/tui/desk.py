"""What every part of the screen works with, and what is known of the run in sight."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from textual.containers import Container
from textual.geometry import Size
from textual.screen import Screen

from patchwright.agent.run import Run, Usage
from patchwright.api.tui.drafts import Drafts
from patchwright.api.tui.facts import Facts
from patchwright.api.tui.ink import Ink
from patchwright.api.tui.lines import Lines
from patchwright.api.tui.pen import Pen
from patchwright.api.tui.source import Hands, Source

T = TypeVar("T")
NO_USAGE = Usage()


class Desk(Protocol):
    """The program, as its parts know it. Nothing that may block is called but by `see`, `glance` and `attempt`."""

    @property
    def ink(self) -> Ink:
        """The palette."""
        ...

    @property
    def pen(self) -> Pen:
        """Writes untrusted text."""
        ...

    @property
    def source(self) -> Source:
        """What there is to see."""
        ...

    @property
    def hands(self) -> Hands:
        """What a person can do."""
        ...

    @property
    def drafts(self) -> Drafts:
        """What is written and not sent."""
        ...

    @property
    def size(self) -> Size:
        """Of the whole screen, in cells."""
        ...

    async def see(self, look: Callable[[], T]) -> T:
        """The outcome of a look, off the event loop. Raises what `look` raises."""
        ...

    async def glance(self, look: Callable[[], T]) -> T | None:
        """The same for what is looked at again and again; None if it failed, which the person is told now and then."""
        ...

    async def attempt(self, act: Callable[[], T]) -> T | None:
        """The outcome of an act, off the event loop; None if it failed, which the person is told."""
        ...

    def tell(self, words: str, *, bad: bool = False) -> None:
        """A sentence at the edge of the screen."""
        ...

    def work(self, what: Coroutine[Any, Any, None]) -> None:
        """Do it beside what else goes on."""
        ...

    def ask(self, dialog: Screen[T], then: Callable[[T | None], object]) -> None:
        """Show a dialog; `then` gets what came of it."""
        ...

    def open_run(self, run_id: str) -> None:
        """Show that run."""
        ...

    def suspended(self) -> AbstractContextManager[None]:
        """Within it the terminal belongs to another program."""
        ...


@dataclass
class Stage:
    """What is known of the run now."""

    run_id: str
    run: Run | None = None
    usage: Usage = NO_USAGE
    limits: dict[str, float] = field(default_factory=dict[str, float])
    at_work: bool = False
    facts: Facts = field(default_factory=Facts)


class Pane(Container):
    """One of the parts. It is made when it is first looked at, and told what is new while it is in sight."""

    def __init__(self, desk: Desk, stage: Stage) -> None:
        super().__init__()
        self.desk = desk
        self.stage = stage

    def heard(self) -> None:
        """Something is new."""

    def main(self) -> Lines:
        """Where the keys go first, and what is searched."""
        return self.query(Lines).first()

    def now(self) -> Lines:
        """Where the keys go now."""
        focused = self.screen.focused
        return focused if isinstance(focused, Lines) else self.main()
