"""A door's way to whoever works on runs, in this process or elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass

from patchwright.agent.config import Settings
from patchwright.agent.store.store import Store
from patchwright.api.dispatch.base import Dispatch
from patchwright.api.dispatch.queue import LegQueue
from patchwright.api.dispatch.worker import LegWorker


@dataclass(frozen=True, slots=True)
class Dispatching(Dispatch):
    """The queue, and the worker in this process if there is one."""

    queue: LegQueue
    worker: LegWorker | None

    def submit(self, run_id: str, *, priority: int = 0, key: str = "") -> None:
        """See `Dispatch`; a higher priority goes first within a repository."""
        self.queue.submit(run_id, priority=priority, key=key)

    def cancel(self, run_id: str) -> None:
        """Take back what waits. What works stops by itself: it looks twice a second for the word in the store."""
        self.queue.drop(run_id)

    def depth(self) -> int:
        """See `Dispatch`."""
        return self.queue.depth()

    def close(self) -> None:
        """See `Dispatch`; takes up to 25 s if there is a worker here."""
        if self.worker is not None:
            self.worker.close()
        self.queue.close()


def open_dispatch(
    settings: Settings, store: Store, tell: Callable[[str], None], *, concurrency: int = 0
) -> Dispatching:
    """The queue of this store; with `concurrency` this process works on so many legs at once itself.

    Raises `StoreUnusable`, `UsageError` if what the service needs is not installed.
    """
    queue = LegQueue(settings, store)
    worker = LegWorker(settings, store, queue, concurrency, tell) if concurrency else None
    if worker is not None:
        worker.start()
    return Dispatching(queue, worker)
