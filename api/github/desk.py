"""One process at a time works on asks and conversations; when it dies, another takes over at once (REL-05)."""

import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict

from patchwright.agent.errors import StoreUnusable
from patchwright.agent.store.database import Database
from patchwright.agent.store.lease import LEASE_SECONDS, Holder, lives


def take(database: Database, holder: Holder) -> bool:
    """Sit down at the desk, or stay there; False while another process that lives sits there."""
    with database.transaction() as connection:
        connection.execute("UPDATE github_desk SET name=name WHERE name='worker'")  # the row is ours meanwhile
        row = connection.execute("SELECT holder, until FROM github_desk WHERE name='worker'").fetchone()
        found = Holder(**json.loads(row["holder"])) if row["holder"] else None
        if found not in (None, holder) and time.time() <= row["until"] and lives(database, found):
            return False
        until = time.time() + LEASE_SECONDS
        connection.execute("UPDATE github_desk SET holder=?, until=?", (json.dumps(asdict(holder)), until))
    return True


def leave(database: Database, holder: Holder) -> None:
    """Stand up, if it is us who sits there."""
    with database.transaction() as connection:
        connection.execute("UPDATE github_desk SET holder='', until=0 WHERE holder=?", (json.dumps(asdict(holder)),))


@contextmanager
def staying(database: Database, holder: Holder) -> Generator[None]:
    """While the context lasts, our time at the desk is prolonged in the background."""
    stop = threading.Event()
    keeper = threading.Thread(target=_stay, args=(database, holder, stop), daemon=True, name="github desk")
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def _stay(database: Database, holder: Holder, stop: threading.Event) -> None:
    while not stop.wait(LEASE_SECONDS / 3):
        with suppress(StoreUnusable):  # the store may be there again before our time is over
            take(database, holder)
