"""Plays stories in processes of their own that kill themselves at a chosen place. Run as a module.

Standard input holds one order a line: `{"stage": {...}, "edge": N, "env": {...}}`. For each, a child is forked that plays the
story; it is killed (SIGKILL, by itself) at the N-th edge, counted from 0; -1 means not at all. An edge is the moment
before or after something that outlives the process: a transaction of the store, a checkpoint, a git object, a
request to the model, a command in the sandbox, a sandbox's start. Each answer is one line: `{"signal": 9}` or `{"code": 0}`.

Beside the state folder, `edges.log` names the edges that were passed, and `asked.log` the requests to the model.
"""

import json
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from patchwright.agent.messages import Reply, Request
from patchwright.agent.scripted import ScriptedModel
from patchwright.agent.store.sqlite import SqliteDatabase
from patchwright.sandbox.local import LocalSandboxes
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.wire import Session
from tests.e2e.stage import Stage


class Edges:
    """Counts the edges of one process and ends it at the chosen one."""

    def __init__(self, fatal: int, log: Path) -> None:
        self._fatal = fatal
        self._passed = 0
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def edge(self, name: str) -> None:
        """One moment at which a process may end."""
        os.write(self._log, f"{name}\n".encode())
        if self._passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self._passed += 1

    @contextmanager
    def around(self, name: str) -> Generator[None]:
        """Both edges of one act."""
        self.edge(f"before {name}")
        yield
        self.edge(f"after {name}")

    def wrap(self, owner: Any, method: str, name: str) -> None:
        """Put edges around a method, for this process only."""
        inner: Callable[..., Any] = getattr(owner, method)

        def outer(*arguments: Any, **named: Any) -> Any:
            with self.around(name):
                return inner(*arguments, **named)

        setattr(owner, method, outer)

    def wrap_context(self, owner: Any, method: str, name: str) -> None:
        """Put edges around a context manager's whole life."""
        inner: Callable[..., Any] = getattr(owner, method)

        @contextmanager
        def outer(*arguments: Any, **named: Any) -> Generator[Any]:
            with self.around(name), inner(*arguments, **named) as given:
                yield given

        setattr(owner, method, outer)


def main() -> None:
    """Serve orders until standard input ends."""
    preload()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            os.environ.update(order["env"])
            tempfile.tempdir = None
            os._exit(play(Stage.from_json(order["stage"]), order["edge"]))
        _, status = os.waitpid(child, 0)
        signalled = os.WIFSIGNALED(status)
        answer = {"signal": os.WTERMSIG(status)} if signalled else {"code": os.WEXITSTATUS(status)}
        print(json.dumps(answer), flush=True)


def play(stage: Stage, fatal: int) -> int:
    """In the child: the story with edges everywhere. Its errors go to `error.log`."""
    stage.state.mkdir(parents=True, exist_ok=True)
    try:
        put_edges(Edges(fatal, stage.state / "edges.log"), stage.state / "asked.log")
        stage.play()
    except BaseException:
        (stage.state / "error.log").write_text(traceback.format_exc())
        return 1
    return 0


def put_edges(edges: Edges, asked: Path) -> None:
    """Around everything that outlives the process."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    from patchwright.sandbox.docker import DockerSandboxes

    edges.wrap_context(SqliteDatabase, "transaction", "store")
    edges.wrap(SqliteSaver, "put", "checkpoint")
    edges.wrap(SqliteSaver, "put_writes", "checkpoint writes")
    edges.wrap(Repository, "commit", "commit")
    edges.wrap(Repository, "keep", "keep")
    edges.wrap(Session, "run", "command")
    edges.wrap_context(LocalSandboxes, "open", "sandbox")
    edges.wrap_context(DockerSandboxes, "container", "sandbox")
    _log_requests(asked)
    edges.wrap(ScriptedModel, "complete", "model")


def _log_requests(asked: Path) -> None:
    """One line per request that reaches the model, in a file that all processes append to."""
    inner = ScriptedModel.complete
    log = os.open(asked, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def complete(self: ScriptedModel, request: Request) -> Reply:
        os.write(log, f"{request.role} {len(request.messages)}\n".encode())
        return inner(self, request)

    ScriptedModel.complete = complete  # type: ignore[method-assign]


def preload() -> None:
    """Import once what every child needs; a fork then costs milliseconds."""
    for name in ("docker", "jsonschema", "langgraph.checkpoint.sqlite", "langgraph.graph", "patchwright.agent.graph"):
        import_module(name)


if __name__ == "__main__":
    main()
