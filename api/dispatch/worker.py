"""A worker: takes legs off the queue, drives each in a process of its own, and looks after those of dead workers."""

import asyncio
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from patchwright.agent.config import Settings
from patchwright.agent.errors import StoreUnusable
from patchwright.agent.state import GRAPH_VERSION
from patchwright.agent.store import lease
from patchwright.agent.store.store import Store
from patchwright.api.dispatch import leg as legs_process
from patchwright.api.dispatch.legs import DEAD, run_of
from patchwright.api.dispatch.losses import note_loss
from patchwright.api.dispatch.processes import Processes
from patchwright.api.dispatch.queue import LEG, NAME, QUEUE, LegQueue
from patchwright.api.dispatch.roster import Worker, enlist, lives, name_of, roster, strike
from patchwright.api.dispatch.stranded import park, stranded

POLL_SECONDS = 0.5
"""How often the queue is looked at."""
TICK_SECONDS = 0.5
FILE_TICK_SECONDS = 3.0
"""How often dead workers are looked for: of a server, and of a file, which has one worker as a rule."""
GIVE_WAY_SECONDS = 1.0
"""A leg of somebody who has enough of them at work waits so long before it asks again."""
BUSY_TRIES = 5
"""How often a run that somebody holds is asked for, a second apart: a dead worker's leg may not be quite dead yet."""
STORE_SECONDS = 5.0
RECOVERIES = 1_000_000
"""DBOS's own count of tries; ours (`losses`) knows whether a run has got any further in between."""

Tell = Callable[[str], None]


class LegWorker:
    """Works from `start` to `close`. `tell` takes sentences for the operator; `lost` is set once others may take
    this worker for dead: the process has to end then."""

    def __init__(self, settings: Settings, store: Store, queue: LegQueue, concurrency: int, tell: Tell) -> None:
        self._settings = settings
        self._store = store
        self._queue = queue
        self._tell = tell
        self._presence = store.database.presence()
        self.me = Worker(name_of(lease.this_holder(self._presence)), GRAPH_VERSION, concurrency, store.now())
        self._processes = Processes(self._presence, str(settings.config_file or ""))
        self._closing = threading.Event()
        self.lost = threading.Event()
        self._watch = threading.Thread(target=self._look_after, daemon=True, name="dispatch-watch")

    def start(self) -> None:
        """Take legs from now on."""
        from dbos import DBOS, DBOSPortableJSONSerializer

        DBOS(
            config={
                "name": NAME,
                "system_database_url": self._queue.url,
                "application_version": GRAPH_VERSION,
                "executor_id": self.me.name,
                "serializer": DBOSPortableJSONSerializer(),
                "log_level": "ERROR",
                "run_migrations": False,
                "notification_listener_polling_interval_sec": 3.0,  # nobody is notified, but its thread is waited for
            }
        )

        async def leg(name: str, key: str, priority: int) -> str:
            return await self._leg(name, key, priority)

        DBOS.workflow(name=LEG, max_recovery_attempts=RECOVERIES)(leg)
        DBOS.listen_queues([QUEUE])
        enlist(self._store.database, self.me)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=self.me.concurrency,
            partition_concurrency=self._settings.workers.per_repository,
            polling_interval_sec=POLL_SECONDS,
            on_conflict="always_update",
        )
        self._watch.start()

    async def _leg(self, name: str, key: str, priority: int) -> str:
        """Drive the run until it waits or ends; what came of it, in a word."""
        if self._closing.is_set():
            await asyncio.Event().wait()  # it is put back when this worker has closed
        if await asyncio.to_thread(self._has_enough, name, key):
            await asyncio.to_thread(self._queue.give_way, name, priority, key, GIVE_WAY_SECONDS)
            return "gave way"
        for _ in range(BUSY_TRIES):
            code = await self._drive(name)
            if code != legs_process.BUSY:
                return str(code)
            await asyncio.sleep(1)
        return "busy"

    async def _drive(self, name: str) -> int:
        """Until it is done, however often its process is lost on the way."""
        while True:
            code = await self._processes.drive(run_of(name))
            if self._closing.is_set():
                await asyncio.Event().wait()
            match code:
                case legs_process.DONE | legs_process.BUSY:
                    return code
                case legs_process.UNUSABLE:
                    await asyncio.sleep(STORE_SECONDS)
                case _:
                    why = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
                    self._tell(f"Run {run_of(name)[:8]} has lost its process: {why}.")
                    if not await asyncio.to_thread(note_loss, self._store, run_of(name), name, self.me.name, why):
                        return code

    def _has_enough(self, name: str, key: str) -> bool:
        at_work = self._queue.working_for(key) if key else []
        return name in at_work[self._settings.workers.per_key :]

    # looking after the others

    def _look_after(self) -> None:
        while not self._closing.wait(TICK_SECONDS if self._presence else FILE_TICK_SECONDS):
            if not self._store.database.is_shown():
                self._tell("The connection that shows that this worker lives was lost: others may take its runs over.")
                self.lost.set()
                return
            with suppress(StoreUnusable):  # said by whoever needs it; the next look may find it usable
                self._tend()

    def _tend(self) -> None:
        """Put back the legs of dead workers, strike the dead, park what nobody can work on."""
        database = self._store.database
        dead = {leg.executor_id or "" for leg in self._queue.working()} - {self.me.name, ""}
        for name in [name for name in dead if not lives(database, name)]:
            self._take_from(name)
        for worker in roster(database):
            if not lives(database, worker.name):
                strike(database, worker.name)
        for leg in stranded(self._queue.waiting(), {worker.graph_version for worker in roster(database)}, time.time()):
            self._queue.drop_leg(leg.workflow_id)
            park(self._store, run_of(leg.workflow_id))

    def _take_from(self, name: str) -> None:
        found = [leg.workflow_id for leg in self._queue.working(name)]
        self._tell(f"Worker {name} is dead: {len(found)} of its legs go on elsewhere.")
        for leg in found:
            if not note_loss(self._store, run_of(leg), leg, name, DEAD):
                self._tell(f"Run {run_of(leg)[:8]} is given up: it has lost too many processes at the same place.")
                self._queue.drop_leg(leg)
        with self._store.database.alone():  # another that found it dead at the same time has put them back by now
            self._queue.put_back(leg.workflow_id for leg in self._queue.working(name))

    def close(self) -> None:
        """Take no more legs, bring those at work to a safe point, put them back for others (REL-07)."""
        from dbos import DBOS

        self._closing.set()
        self._processes.drain()
        if self._watch.is_alive():
            self._watch.join()
        DBOS.destroy(destroy_registry=True)
        if not self.lost.is_set():
            self._queue.put_back(leg.workflow_id for leg in self._queue.working(self.me.name))
            strike(self._store.database, self.me.name)
