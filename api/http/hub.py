"""One look at the store for all who follow: new events are read and written out once, whoever wrote them.

A follower has a number, that of the last event it was sent, and nothing else: whatever happens to it, to us or
to the server in between, it goes on behind that number.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from patchwright.agent.events import Event
from patchwright.agent.run import ENDED
from patchwright.agent.store.store import Store
from patchwright.tools.secrets import Redactor

EVERY = 0.1
"""Seconds between two looks."""
BEAT = 15.0
"""Seconds without an event after which a comment is sent, so that a dead follower is noticed."""
PAGE = 500
"""Events that are read at once."""
KEPT = 1000
"""Frames of a run that are kept ready; who is further behind reads the store."""


@dataclass(slots=True)
class _Run:
    """A followed run: its newest frames, the last of which has the number `last`; nobody waits for more if `over`."""

    last: int
    frames: list[bytes] = field(default_factory=list[bytes])
    over: bool = False
    followers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def behind(self, number: int) -> list[bytes] | None:
        """The frames behind that number; None if they are not kept any more."""
        missing = self.last - number
        return self.frames[len(self.frames) - missing :] if 0 <= missing <= len(self.frames) else None

    def grow(self, frames: list[bytes], over: bool) -> None:
        """Take in what is new, and wake everybody."""
        self.last += len(frames)
        self.frames = (self.frames + frames)[-KEPT:]
        self.over = over
        self.changed.set()
        self.changed = asyncio.Event()


class Hub:
    """The runs that are followed now. While there are none, nothing is done."""

    def __init__(self, store: Store, redactor: Redactor) -> None:
        self._store = store
        self._redactor = redactor
        self._runs = dict[str, _Run]()
        self._looking: asyncio.Task[None] | None = None
        self.followers = 0

    async def follow(self, run_id: str, after: int) -> AsyncIterator[bytes]:
        """Frames of the events behind number `after`, until the run has ended and all were sent."""
        run = await self._join(run_id)
        try:
            while True:
                frames = run.behind(after)
                if frames is None:
                    frames = await asyncio.to_thread(self._read, run_id, after)
                if frames:
                    after += len(frames)
                    yield b"".join(frames)
                elif run.over:
                    return
                elif not await _within(BEAT, run.changed):
                    yield b": still here\n\n"
        finally:
            self._leave(run_id, run)

    async def _join(self, run_id: str) -> _Run:
        self.followers += 1
        last = await asyncio.to_thread(self._store.last_event, run_id)
        run = self._runs.setdefault(run_id, _Run(last))
        run.followers += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        return run

    def _leave(self, run_id: str, run: _Run) -> None:
        self.followers -= 1
        run.followers -= 1
        if not run.followers and self._runs.get(run_id) is run:
            del self._runs[run_id]

    def close(self) -> None:
        """End every stream; who followed comes back behind the last event that they saw."""
        for run in self._runs.values():
            run.grow([], over=True)

    async def _look(self) -> None:
        try:
            while self._runs:
                last = {run_id: run.last for run_id, run in self._runs.items() if not run.over}
                for run_id, (frames, over) in (await asyncio.to_thread(self._news, last)).items():
                    if run_id in self._runs and self._runs[run_id].last == last[run_id]:
                        self._runs[run_id].grow(frames, over)
                await asyncio.sleep(EVERY)
        finally:
            self.close()  # nobody waits for a look that will not come: the store is gone, or the service ends

    def _news(self, last: dict[str, int]) -> dict[str, tuple[list[bytes], bool]]:
        """What is new of these runs, and whether that was all: the status is of no later time than the events."""
        found = dict[str, tuple[list[bytes], bool]]()
        for run_id, status, newest in self._standing(list(last)):
            frames = self._read(run_id, last[run_id]) if newest > last[run_id] else []
            over = status in ENDED and len(frames) == newest - last[run_id]
            if frames or over:
                found[run_id] = frames, over
        return found

    def _standing(self, run_ids: list[str]) -> list[tuple[str, str, int]]:
        """The id, status and last event of each."""
        query = (
            "SELECT id, status, (SELECT max(seq) FROM events WHERE run_id=runs.id) AS newest FROM runs "
            f"WHERE id IN ({', '.join('?' * len(run_ids))})"
        )
        rows = self._store.database.connection().execute(query, tuple(run_ids)) if run_ids else ()
        return [(row["id"], row["status"], int(row["newest"] or 0)) for row in rows]

    def _read(self, run_id: str, after: int) -> list[bytes]:
        return [frame(event, self._redactor) for event in self._store.events(run_id, after, PAGE)]


def frame(event: Event, redactor: Redactor) -> bytes:
    """An event as the stream carries it; its number is the id that a follower comes back with."""
    text = json.dumps(event.model_dump(mode="json"), separators=(",", ":"))
    return f"id: {event.seq}\nevent: {event.kind}\ndata: {redactor.text(text)}\n\n".encode()


async def _within(seconds: float, changed: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await changed.wait()
    except TimeoutError:
        return False
    return True
