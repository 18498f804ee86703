"""The processes of one worker's legs: started, waited for, asked to end."""

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from contextlib import suppress
from multiprocessing.process import BaseProcess

from patchwright.api.dispatch.leg import DRAIN_SECONDS, Job, main

PRELOAD = ["patchwright.api.dispatch.preload"]
KILL_SECONDS = DRAIN_SECONDS + 3
"""After so long a leg that was asked to end is killed; nothing of its run is lost."""


class Processes:
    """Legs at work. They are forked from a server that has imported all they need."""

    def __init__(self, presence: int, config: str) -> None:
        self._presence = presence
        self._config = config
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOAD)
        self._lock = threading.Lock()
        self._at_work: set[BaseProcess] = set()
        self._draining = False

    async def drive(self, run_id: str) -> int:
        """Start a leg of this run and wait for its end: its exit code, below 0 for a signal."""
        process = self._context.Process(
            target=main, args=(Job(run_id, self._presence, self._config),), name=f"leg-{run_id[:8]}"
        )
        await asyncio.to_thread(self._start, process)
        try:
            await _ended(process)
        finally:
            with self._lock:
                self._at_work.discard(process)
        process.join()
        code = process.exitcode
        process.close()
        return 1 if code is None else code

    def drain(self) -> None:
        """Ask every leg to end, and wait until all have; whatever does not is killed."""
        until = time.monotonic() + KILL_SECONDS
        with self._lock:
            self._draining = True
            pids = [process.pid for process in self._at_work]
        _signal(pids, signal.SIGTERM)
        while self.count() and time.monotonic() < until:
            time.sleep(0.05)
        with self._lock:
            pids = [process.pid for process in self._at_work]
        _signal(pids, signal.SIGKILL)

    def count(self) -> int:
        """How many legs are at work."""
        with self._lock:
            return len(self._at_work)

    def _start(self, process: BaseProcess) -> None:
        with self._lock:
            if self._draining:
                raise RuntimeError("this worker takes no more legs")
            process.start()
            self._at_work.add(process)


def _signal(pids: list[int | None], number: signal.Signals) -> None:
    for pid in filter(None, pids):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


async def _ended(process: BaseProcess) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(process.sentinel)
