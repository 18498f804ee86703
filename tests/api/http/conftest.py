"""A real server on loopback with a store of its own, and keys for it."""

import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import pytest

from patchwright.agent.config import ServiceTable
from patchwright.api.http.app import build
from patchwright.api.http.client import Client
from patchwright.api.http.keys import ApiKey, KeyLimits, new_key_id
from patchwright.api.http.rights import Role
from patchwright.api.http.server import server
from patchwright.api.http.service import Service, open_service
from tests.api.http.local_dispatch import LocalDispatch
from tests.e2e import story
from tests.e2e.conftest import own_environment as own_environment  # a fixture that every test here uses
from tests.e2e.stage import Stage


@dataclass(frozen=True)
class Served:
    """A server that answers, and what is behind it."""

    url: str
    service: Service
    dispatch: LocalDispatch

    def key(self, role: Role = "admin", name: str = "", *repositories: str, limits: KeyLimits | None = None) -> str:
        """A new key's text."""
        now = self.service.store.now()
        return self.service.keys.add(
            ApiKey(
                id=new_key_id(),
                name=name or role,
                role=role,
                repositories=repositories,
                limits=limits or KeyLimits(),
                created_at=now,
                created_by="test",
            )
        )

    def client(self, role: Role = "admin", name: str = "", *repositories: str) -> Client:
        """A client with a new key."""
        return Client(self.url, self.key(role, name, *repositories), sleep=lambda _: time.sleep(0.05))

    def http(self, key: str = "") -> httpx2.Client:
        """A bare client, with that key in the header."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=30)


@contextmanager
def running(service: Service, port: int = 0, seconds: float = 15.0) -> Generator[str]:
    """The address of a server on this service."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        running = server(build(service, seconds), service, head_seconds=seconds)
        thread = threading.Thread(target=running.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join(20)


Serve = Callable[..., Served]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A run that takes no time, with a recorded model."""
    repository = story.tiny(tmp_path / "tiny")
    recording = story.write_recording(tmp_path / "answers.jsonl", story.tiny_answers())
    return Stage(tmp_path / "state", repository, "The word is wrong.", str(recording))


@pytest.fixture
def serve(stage: Stage) -> Iterator[Serve]:
    """Starts a server on the stage; `settings` are of its `[service]` table."""
    opened = list[object]()

    def start(*, works: bool = True, **settings: object) -> Served:
        dispatch = LocalDispatch(stage, works=works)
        table = ServiceTable.model_validate({"repositories": (f"{stage.repository}",), **settings})
        service = replace(open_service(stage.deps(), dispatch, table), sandbox=stage.sandbox)
        context = running(service)
        served = Served(context.__enter__(), service, dispatch)
        opened.extend([context, dispatch])
        return served

    yield start
    for one in reversed(opened):
        if isinstance(one, LocalDispatch):
            one.close()
        else:
            one.__exit__(None, None, None)  # type: ignore[attr-defined]  # pyright: ignore
