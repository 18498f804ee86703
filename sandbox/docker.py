"""Sandboxes in containers: one hardened container per run and phase, driven through its PID 1."""

import contextlib
import logging
import re
import secrets
import socket
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from patchwright.sandbox import selfcheck
from patchwright.sandbox.base import WORKSPACE, Sandbox, Spec, Tree
from patchwright.sandbox.container import BASE_ENV, USER, check_memory, host_config, labels
from patchwright.sandbox.engine import SECONDS, Client, EngineConflict, connect, within
from patchwright.sandbox.errors import EngineUnavailable, ImageMissing, SandboxDied, SelfCheckFailed
from patchwright.sandbox.fill import fill
from patchwright.sandbox.volumes import FILLED_AT, is_tree_volume, tree_volume
from patchwright.sandbox.wire import Session, Wire, hello, supervisor_arguments

END_SECONDS = 15.0
log = logging.getLogger(__name__)


class DockerSandboxes:
    """Implements `Sandboxes`. `instance` labels what belongs to this service; `runtime` may be e.g. "runsc".

    Nothing is contacted before the first `open` or `client`.
    """

    def __init__(self, instance: str, *, host: str = "", runtime: str = "") -> None:
        self._instance = instance
        self._host = host
        self._runtime = runtime
        self._client: Client | None = None
        self._connecting = threading.Lock()

    def client(self) -> Client:
        """The connection to the engine, made once. Raises `EngineUnavailable`."""
        with self._connecting:
            if self._client is None:
                self._client = connect(self._host)
            return self._client

    @contextmanager
    def open(self, spec: Spec, tree: Tree) -> Generator[Sandbox]:
        """See `Sandboxes.open`. A read-only tree lies in a volume that later sandboxes share."""
        if spec.read_only:
            with self._open_frozen(spec, tree) as session:
                yield session
            return
        with self.container(spec, {}, WORKSPACE) as session:
            fill(session, tree, spec.limits)
            yield session

    @contextmanager
    def _open_frozen(self, spec: Spec, tree: Tree) -> Generator[Session]:
        client = self.client()
        volume = tree_volume(
            client, self._instance, spec, tree, lambda one, name: self.container(one, {name: FILLED_AT}, FILLED_AT)
        )
        with self.container(spec, {volume: f"{WORKSPACE}:ro,nocopy"}, WORKSPACE) as session:
            if not is_tree_volume(client, volume, tree.key):
                raise SandboxDied(f"The volume {volume} with the tree was removed meanwhile. Open a fresh sandbox.")
            yield session

    @contextmanager
    def container(self, spec: Spec, volumes: Mapping[str, str], workspace: str) -> Generator[Session]:
        """A checked container in which the supervisor waits; `volumes` maps names to places (":ro" for frozen)."""
        check_memory(spec)
        client = self.client()
        name = container_name(spec)
        identity = _create(client, name, self._instance, spec, self._runtime, volumes)
        try:
            wire = self._checked(client, identity, spec, [place.partition(":")[0] for place in volumes.values()])
        except BaseException:
            remove(client, identity)
            raise
        session = Session(name, wire, workspace=workspace, env=spec.env, end=lambda: kill(client, identity))
        try:
            yield session
        finally:
            session.close()

    def _checked(self, client: Client, identity: str, spec: Spec, mounted: Sequence[str]) -> Wire:
        """Start it and compare what there is with what was asked for, before any file goes in (SB-13)."""
        from docker.errors import NotFound

        try:
            wire = _start(client, identity, spec)
            facts = hello(wire, SECONDS)
            inspected: Mapping[str, Any] = within(
                SECONDS, "describe a container", lambda: client.inspect_container(identity)
            )
        except NotFound as error:
            raise SandboxDied("The sandbox ended while it was started. Open a fresh one.") from error
        selfcheck.check(spec, inspected, facts, runtime=self._runtime, volumes=mounted)
        return wire


def container_name(spec: Spec) -> str:
    """A name that a person can look up."""
    return re.sub(r"[^a-zA-Z0-9_.-]", "-", f"patchwright-{spec.run_id[:12]}-{spec.phase}-{secrets.token_hex(3)}")


def kill(client: Client, identity: str) -> None:
    """End a running container at once; the engine then removes it (auto-remove). One that is gone is fine."""
    from docker.errors import NotFound

    try:
        with contextlib.suppress(NotFound, EngineConflict):
            within(END_SECONDS, "end a sandbox", lambda: client.kill(identity))
    except EngineUnavailable as error:
        log.warning("The sandbox %s is left to end by itself: %s", identity[:12], error)


def remove(client: Client, identity: str) -> None:
    """Remove a container in whatever state it is."""
    from docker.errors import NotFound

    try:
        with contextlib.suppress(NotFound, EngineConflict):
            within(END_SECONDS, "remove a sandbox", lambda: client.remove_container(identity, force=True, v=True))
    except EngineUnavailable as error:
        log.warning("The sandbox %s is left to the reaper: %s", identity[:12], error)


def _create(client: Client, name: str, instance: str, spec: Spec, runtime: str, volumes: Mapping[str, str]) -> str:
    asked = client.create_host_config(**host_config(spec, runtime=runtime, volumes=volumes))
    created: Mapping[str, Any] = within(
        SECONDS,
        f"create a sandbox from {spec.image}",
        lambda: client.create_container(
            spec.image,
            supervisor_arguments(spec.limits),
            entrypoint=["python3"],
            name=name,
            hostname="sandbox",
            user=f"{USER}:{USER}",
            stdin_open=True,
            working_dir="/",
            environment=dict(BASE_ENV),
            labels=labels(instance, spec),
            host_config=asked,
            use_config_proxy=False,  # a proxy's address may hold a password (SEC-01)
        ),
    )
    identity = str(created["Id"])
    if created.get("Warnings"):
        remove(client, identity)
        raise SelfCheckFailed(f"The container engine warns: {' '.join(created['Warnings'])} (SB-14).")
    return identity


def _start(client: Client, identity: str, spec: Spec) -> Wire:
    """Attach before the start, so that nothing is missed."""
    attached = within(
        SECONDS,
        "attach to a sandbox",
        lambda: client.attach_socket(identity, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}),
    )
    sock: socket.socket = getattr(attached, "_sock", attached)
    try:
        within(SECONDS, "start a sandbox", lambda: client.start(identity))
    except EngineUnavailable as error:
        if "executable file not found" in str(error):
            raise ImageMissing(f"The image {spec.image} cannot be a sandbox: it has no python3.") from error
        raise
    return Wire(sock, multiplexed=True, keep=attached)
