"""Works on runs in a thread of this process: the Protocol of `api.dispatch` at its simplest."""

import threading
from collections import deque

from patchwright.agent import runs
from patchwright.agent.errors import RunBusy
from patchwright.agent.run import ENDED
from tests.e2e.stage import Stage


class LocalDispatch:
    """Drives one run after the other, as the stage would."""

    def __init__(self, stage: Stage, *, works: bool = True) -> None:
        self._stage = stage
        self._works = works
        self._waiting = deque[str]()
        self._changed = threading.Condition()
        self._open = True
        self.submitted = list[tuple[str, int, str]]()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def submit(self, run_id: str, *, priority: int = 0, key: str = "") -> None:
        with self._changed:
            self.submitted.append((run_id, priority, key))
            if run_id not in self._waiting:
                self._waiting.append(run_id)
            self._changed.notify()

    def cancel(self, run_id: str) -> None:
        with self._changed:
            if run_id in self._waiting:
                self._waiting.remove(run_id)

    def depth(self) -> int:
        return len(self._waiting)

    def close(self) -> None:
        with self._changed:
            self._open = False
            self._changed.notify()
        self._thread.join(30)

    def _work(self) -> None:
        while self._open:
            with self._changed:
                while self._open and not (self._works and self._waiting):
                    self._changed.wait()
                run_id = self._waiting.popleft() if self._open else ""
            if run_id and self._stage.store().run(run_id).status not in ENDED:
                try:
                    runs.drive(self._stage.deps(run_id), run_id)
                except RunBusy:
                    self.submit(run_id)
