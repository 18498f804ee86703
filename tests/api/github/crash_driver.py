"""Plays the door's worker in processes that GitHub's stand-in may kill. Run as a module; one order a line on standard input.

For each order a child is forked; its pid is printed, and it begins when the next line comes. It works until nothing is
left to do. Then a line says how it ended.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

from patchwright.agent import runs
from patchwright.agent.run import ENDED, GATE
from patchwright.agent.store.lease import this_holder
from patchwright.api.github import desk
from patchwright.api.github.door import GithubDoor
from patchwright.api.github.worker import work_once
from tests.api.github.stage import a_place, assembled, make_door

PRELOADED = ("githubkit", "langgraph.checkpoint.sqlite", "langgraph.graph", "patchwright.agent.graph", "jsonschema")


class Nobody:
    """Legs are found in the store: what a dead process was told to do stands there."""

    def submit(self, run_id: str, *, priority: int = 0, key: str = "") -> None: ...

    def cancel(self, run_id: str) -> None: ...

    def depth(self) -> int:
        return 0

    def close(self) -> None: ...


def main() -> None:
    for name in PRELOADED:
        import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            sys.stdin.readline()
            os._exit(play(order))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(-os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), flush=True)


def play(order: dict[str, str]) -> int:
    folder = Path(order["folder"])
    door = make_door(folder, order["url"], "acme/words", order["token"], Nobody())
    holder = this_holder()
    if not desk.take(door.book.store.database, holder):
        return 3
    for _ in range(4):
        wake(door)
        work_once(door)
        drive(folder, door)
    wake(door)
    work_once(door)
    desk.leave(door.book.store.database, holder)
    return 0


def drive(folder: Path, door: GithubDoor) -> None:
    """Every leg there is."""
    for run in door.book.store.runs():
        if run.status not in ENDED and (run.status not in GATE or runs.is_due(door.book.store, run.id)):
            runs.drive(assembled(a_place(folder, door.redactor), door.choices, run.id), run.id)


def wake(door: GithubDoor) -> None:
    with door.book.store.database.transaction() as connection:
        connection.execute("UPDATE github_conversations SET until=0, seen=-1")
        connection.execute("UPDATE github_asks SET until=0")


if __name__ == "__main__":
    main()
