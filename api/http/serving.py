"""`serve`: settings, the store, who works, the doors, and a server until it is told to stop."""

import os
import signal
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from patchwright.agent.config import ServiceTable
from patchwright.agent.deps import SandboxKind
from patchwright.agent.errors import UsageError
from patchwright.agent.store.store import Store
from patchwright.api import exits
from patchwright.api.assemble import assemble, reap_in_background
from patchwright.api.choices import Choices
from patchwright.api.dispatch.opening import open_dispatch
from patchwright.api.http.keys import Keys
from patchwright.api.http.service import Service, open_service
from patchwright.api.http.unfinished import submit_unfinished
from patchwright.api.observing.logs import log_to_stderr
from patchwright.api.place import Place, open_place
from patchwright.api.screen import Screen
from patchwright.tools.secrets import Redactor

if TYPE_CHECKING:
    from patchwright.api.github.door import GithubDoor
    from patchwright.api.github.settings import GithubSettings


@dataclass(frozen=True, slots=True)
class Where:
    """Where to listen, and the files of TLS if it is spoken."""

    host: str
    port: int
    certificate: Path | None = None
    certificate_key: Path | None = None


def serve(
    where: Where, offered: tuple[str, ...], choices: Choices, sandbox: SandboxKind, concurrency: int | None
) -> int:
    """Serve until SIGTERM or Ctrl-C. Raises `UsageError` or `StoreUnusable`."""
    place = _with_secrets(open_place(config=choices.config))
    check_open_to(where, place.store)
    log_to_stderr(place.screen.redactor)
    settings = _offering(place.settings.service, offered)
    reap_in_background(place.settings, place.store, sandbox)
    dispatch = open_dispatch(
        place.settings, place.store, place.screen.say, concurrency=_concurrency(place, concurrency)
    )
    try:
        service = open_service(assemble(place, choices), dispatch, settings, choices=choices, sandbox=sandbox)
        submit_unfinished(service)
        with _github(place, service) as door:
            _run(service, door, where, place.screen)
    finally:
        dispatch.close()
        place.store.database.close()
    return exits.VERIFIED


def check_open_to(where: Where, store: Store) -> None:
    """Raises `UsageError` if others could reach a service that knows nobody, or only half of TLS is named."""
    if bool(where.certificate) != bool(where.certificate_key):
        raise UsageError("TLS takes both: --certificate FILE and --certificate-key FILE.")
    now = store.now()
    if not is_loopback(where.host) and not any(key.is_valid(now) for key in Keys(store.database).all()):
        raise UsageError(
            f"There is no API key yet, so {where.host} is not listened on: others could reach it. "
            "Make one first: `patchwright keys create --role admin`."
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _offering(table: ServiceTable, more: tuple[str, ...]) -> ServiceTable:
    here = tuple(str(Path(one).resolve()) if Path(one).is_dir() else one for one in more)
    return table.model_copy(update={"repositories": (*table.repositories, *here)})


def _concurrency(place: Place, named: int | None) -> int:
    """A file has its worker here; a server's are `patchwright worker`, unless a number is named."""
    if named is not None:
        return named
    return 0 if place.settings.database else place.settings.workers.concurrency


def _with_secrets(place: Place) -> Place:
    """With a redactor that knows those of the door to GitHub as well."""
    if not place.settings.github:
        return place
    secrets = (*place.settings.secrets(), *_github_settings(place).secrets())
    return replace(place, screen=Screen(Redactor(secrets)))


def _github_settings(place: Place) -> "GithubSettings":
    from patchwright.api.github.settings import read_github

    file = place.settings.config_file
    return read_github(place.settings.github, os.environ, file.parent if file else Path.cwd())


@contextmanager
def _github(place: Place, service: Service) -> "Generator[GithubDoor | None]":
    """The door to GitHub, whose loop works beside the server; None if it is not configured."""
    if not place.settings.github:
        yield None
        return
    from patchwright.api.github import worker
    from patchwright.api.github.access import Access
    from patchwright.api.github.book import Book
    from patchwright.api.github.door import GithubDoor

    settings = _github_settings(place)
    door = GithubDoor(
        settings=settings,
        book=Book(place.store),
        access=Access(settings),
        deps=service.deps,
        dispatch=service.dispatch,
        redactor=service.redactor,
        choices=service.choices,
    )
    stop = threading.Event()
    loop = threading.Thread(target=worker.work, args=(door, stop), name="github")
    loop.start()
    try:
        yield door
    finally:
        stop.set()
        loop.join()


def _run(service: Service, door: "GithubDoor | None", where: Where, screen: Screen) -> None:
    from patchwright.api.http.app import build
    from patchwright.api.http.server import server

    app = build(service)
    if door is not None:
        from patchwright.api.github.routes import router

        app.include_router(router(door))
    with _listening(where) as listener:
        host, port = listener.getsockname()[:2]
        scheme = "https" if where.certificate else "http"
        shown = f"[{host}]" if ":" in host else host
        screen.say(f"Patchwright serves at {scheme}://{shown}:{port}")
        if not service.keys.all():
            screen.say("There is no API key yet: `patchwright keys create --role admin` makes one.", "yellow")
        if not (where.certificate or is_loopback(where.host)):
            screen.say("Keys go over this address unencrypted: name --certificate, or put a proxy with TLS before it.")
        with _signals_ignored():
            server(app, service, where.certificate, where.certificate_key).run(sockets=[listener])


@contextmanager
def _listening(where: Where) -> Generator[socket.socket]:
    """The socket. Raises `UsageError` if the address cannot be had."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        listener = socket.create_server((where.host, where.port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(
            f"{where.host} port {where.port} cannot be listened on ({error.strerror}). Name another --port or --host."
        ) from None
    with listener:
        yield listener


@contextmanager
def _signals_ignored() -> Generator[None]:
    """The server ends on signals by itself, and sends them on once it has: then everything else is put away first."""
    before = {number: signal.signal(number, _heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heard(_number: int, _frame: FrameType | None) -> None:
    """The server has ended by it already."""
