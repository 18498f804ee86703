"""What this door remembers: asks until they are done, conversations until their run is over, and what was posted."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from patchwright.agent.store.store import Store, new_run_id
from patchwright.api.github.events import Ask, Place

Heard = Literal["new", "again"]
_ASK = TypeAdapter(Ask)
_NEWS = "seen < (SELECT max(seq) FROM events WHERE events.run_id=github_conversations.run_id)"


class Conversation(BaseModel):
    """A run and the issue or pull request that it is talked about on.

    `words`, `revision` and `transformation` are what it is started with. `onto` is the branch that the patch is meant
    for, `branch` is ours. `pull` is the pull request that a follow-up goes on with, 0 for a run that opens its own.
    `approver` is who approved last. `asked_at` is GitHub's time, which is not ours; "" if it did not say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run_id: str
    place: Place
    asked_by: str
    asked_by_id: int
    asked_at: str
    words: str
    revision: str
    transformation: str = ""
    onto: str
    branch: str
    pull: int = 0
    approver: str = ""
    told: str = ""
    """What went wrong where we publish; shown in the status comment."""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """An ask, the id of the run that it may start, and how often it was tried, this time included."""

    ask: Ask
    run_id: str
    tries: int


@dataclass(frozen=True, slots=True)
class Post:
    """What we posted under a key: GitHub's number (0: we only meant to), and the digest of its text."""

    remote: int
    digest: str


class Book:
    """The door's tables. `clock` gives seconds since the epoch, on all machines about the same."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self._database = store.database
        self._clock = clock

    # asks

    def hear(self, guid: str, event: str, ask: Ask) -> Heard:
        """Keep what was delivered before it is acknowledged (REL-01); known by either name it is not new (WH-03)."""
        now = self.store.now()
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO github_deliveries VALUES (?,?,?) ON CONFLICT DO NOTHING", (guid, event, now)
            )
            made = connection.execute(
                "INSERT INTO github_asks VALUES (?,?,?,?,?,'waiting',0,0,'') ON CONFLICT DO NOTHING",
                (ask.key, _ASK.dump_json(ask).decode(), new_run_id(), ask.at or now, now),
            )
            return "new" if made.rowcount else "again"

    def next_ask(self) -> Waiting | None:
        """The ask that was said first and that waits for nothing."""
        now = self._clock()
        with self._database.transaction() as connection:
            row = connection.execute(
                "SELECT key, ask, run_id, tries FROM github_asks WHERE state='waiting' AND until<=? "
                "ORDER BY said_at, key LIMIT 1",
                (now,),
            ).fetchone()
            if row is None:
                return None
            connection.execute("UPDATE github_asks SET tries=tries+1 WHERE key=?", (row["key"],))
        return Waiting(_ASK.validate_json(row["ask"]), row["run_id"], int(row["tries"]) + 1)

    def done(self, ask: Ask, result: str) -> None:
        """It is done, with what came of it."""
        self._close(ask, "done", result)

    def given_up(self, ask: Ask, reason: str) -> None:
        """It cannot be done; the reason is kept for the operator."""
        self._close(ask, "dead", reason)

    def later(self, ask: Ask, seconds: float, reason: str) -> None:
        """Try it again after a while."""
        self._write(
            "UPDATE github_asks SET until=?, result=? WHERE key=?", (self._clock() + seconds, reason[:500], ask.key)
        )

    def asks(self) -> list[tuple[str, str, str, str]]:
        """Key, state, run id and result of all, in the order in which they were said."""
        rows = self._rows("SELECT key, state, run_id, result FROM github_asks ORDER BY said_at, key")
        return [(row["key"], row["state"], row["run_id"], row["result"]) for row in rows]

    def unfinished(self) -> bool:
        """Whether an ask still waits, or a run has told something that was not posted yet."""
        waits = self._rows("SELECT key FROM github_asks WHERE state='waiting' LIMIT 1")
        news = self._rows(f"SELECT run_id FROM github_conversations WHERE is_open=1 AND {_NEWS} LIMIT 1")
        return bool(waits or news)

    def started_since(self, user_id: int, moment: str) -> int:
        """How many runs somebody has started since then (as the store stamps it)."""
        rows = self._rows("SELECT record FROM github_conversations WHERE at>=?", (moment,))
        return sum(Conversation.model_validate_json(row["record"]).asked_by_id == user_id for row in rows)

    def _close(self, ask: Ask, state: str, result: str) -> None:
        self._write("UPDATE github_asks SET state=?, result=? WHERE key=?", (state, result[:500], ask.key))

    # conversations

    def open_conversation(self, conversation: Conversation) -> None:
        """Keep it; the same one twice is one."""
        place = conversation.place
        self._write(
            "INSERT INTO github_conversations VALUES (?,?,?,?,?,1,0,-1) ON CONFLICT DO NOTHING",
            (
                conversation.run_id,
                place.repository_id,
                place.number,
                self.store.now(),
                conversation.model_dump_json(),
            ),
        )

    def conversation(self, run_id: str) -> Conversation | None:
        """That of a run."""
        return next(iter(self._conversations("WHERE run_id=?", (run_id,))), None)

    def at(self, place: Place) -> list[Conversation]:
        """Those on an issue or pull request, newest first; a pull request of ours counts as its issue's."""
        where = "WHERE repository_id=? AND number=? ORDER BY at DESC, run_id"
        return self._conversations(where, (place.repository_id, place.number))

    def of_pull(self, place: Place) -> Conversation | None:
        """The one that made this pull request."""
        rows = self._rows("SELECT key FROM github_posts WHERE remote=?", (place.number,))
        keys = (str(row["key"]).partition(":") for row in rows)
        found = (self.conversation(run_id) for kind, _, run_id in keys if kind == "pull")
        return next((one for one in found if one and one.place.repository_id == place.repository_id), None)

    def with_news(self) -> list[Conversation]:
        """Those that are not over, of whose run something is new, and that wait for nothing."""
        return self._conversations(f"WHERE is_open=1 AND until<=? AND {_NEWS} ORDER BY at, run_id", (self._clock(),))

    def looked_at(self, conversation: Conversation, seconds: float, seen: int) -> None:
        """Not to be looked at again before that many seconds; the events up to `seen` are no news any more."""
        self._write(
            "UPDATE github_conversations SET until=?, seen=? WHERE run_id=?",
            (self._clock() + seconds, seen, conversation.run_id),
        )

    def change(self, run_id: str, **fields: Any) -> None:
        """Change fields of it; whoever changes others meanwhile loses nothing."""
        with self._database.transaction() as connection:
            # The row is ours from here to the end of the transaction.
            connection.execute("UPDATE github_conversations SET until=until WHERE run_id=?", (run_id,))
            row = connection.execute("SELECT record FROM github_conversations WHERE run_id=?", (run_id,)).fetchone()
            if row is not None:
                changed = Conversation.model_validate_json(row["record"]).model_copy(update=fields)
                connection.execute(
                    "UPDATE github_conversations SET record=?, is_open=? WHERE run_id=?",
                    (changed.model_dump_json(), int(not changed.ended), run_id),
                )

    def wake(self, run_id: str) -> None:
        """Look at it at once, news or not."""
        self._write("UPDATE github_conversations SET until=0, seen=-1 WHERE run_id=?", (run_id,))

    def _conversations(self, where: str, arguments: tuple[Any, ...]) -> list[Conversation]:
        rows = self._rows(f"SELECT record FROM github_conversations {where}", arguments)
        return [Conversation.model_validate_json(row["record"]) for row in rows]

    # posts

    def post(self, key: str) -> Post | None:
        """What was posted, or meant to be, under this key."""
        found = self._rows("SELECT remote, digest FROM github_posts WHERE key=?", (key,))
        return Post(int(found[0]["remote"]), str(found[0]["digest"])) if found else None

    def mean(self, key: str) -> bool:
        """Write down that we are about to post; False if we were already (REL-09)."""
        with self._database.transaction() as connection:
            made = connection.execute(
                "INSERT INTO github_posts VALUES (?,0,'',?) ON CONFLICT DO NOTHING", (key, self.store.now())
            )
            return bool(made.rowcount)

    def posted(self, key: str, remote: int, digest: str = "") -> None:
        """It is there, under GitHub's number."""
        self._write("UPDATE github_posts SET remote=?, digest=? WHERE key=?", (remote, digest, key))

    def _rows(self, query: str, arguments: tuple[Any, ...] = ()) -> list[Any]:
        return list(self._database.connection().execute(query, arguments))

    def _write(self, statement: str, arguments: tuple[Any, ...]) -> None:
        with self._database.transaction() as connection:
            connection.execute(statement, arguments)
