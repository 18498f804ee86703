"""Sandboxes in containers: one hardened container per run and phase, driven through its PID 1."""

import contextlib
import logging
import re
import secrets
import socket
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from patchwright.sandbox import selfcheck
from patchwright.sandbox.base import WORKSPACE, Sandbox, Spec, Tree
from patchwright.sandbox.container import BASE_ENV, KERNEL_OF_ITS_OWN, USER, Mount, check_memory, host_config, labels
from patchwright.sandbox.engine import SECONDS, Client, EngineConflict, connect, within
from patchwright.sandbox.errors import EngineUnavailable, ImageMissing, LayerRefused, SandboxDied, SelfCheckFailed
from patchwright.sandbox.fill import change, fill
from patchwright.sandbox.layers import UPPER_AT, WORTH, Choose, Way, check_layer, choose, layer, mount_refused
from patchwright.sandbox.volumes import FILLED_AT, find_tree_volume, is_tree_volume, tree_volume
from patchwright.sandbox.wire import Session, Wire, hello, supervisor_arguments

END_SECONDS = 15.0
log = logging.getLogger(__name__)


class DockerSandboxes:
    """Implements `Sandboxes`. `instance` labels what belongs to this service; `runtime` may be e.g. "runsc";
    `choose` decides how a sandbox gets its tree.

    Nothing is contacted before the first `open` or `client`.
    """

    def __init__(self, instance: str, *, host: str = "", runtime: str = "", choose: Choose = choose) -> None:
        self._instance = instance
        self._host = host
        self._runtime = runtime
        self._choose = choose
        self._client: Client | None = None
        self._refusal = "The runtime shows no layers." if runtime.startswith(KERNEL_OF_ITS_OWN) else ""
        self._connecting = threading.Lock()

    def client(self) -> Client:
        """The connection to the engine, made once. Raises `EngineUnavailable`."""
        with self._connecting:
            if self._client is None:
                self._client = connect(self._host)
            return self._client

    @contextmanager
    def open(self, spec: Spec, tree: Tree) -> Generator[Sandbox]:
        """See `Sandboxes.open`. A frozen tree lies in a volume that later sandboxes share, also below a layer."""
        with ExitStack() as stack:
            if spec.read_only:
                yield stack.enter_context(self._frozen(spec, tree))
            elif self._choice(spec, tree) == "copy":
                yield stack.enter_context(self._copied(spec, tree))
            else:
                yield self._layered_or_copied(stack, spec, tree)

    def _choice(self, spec: Spec, tree: Tree) -> Way:
        lower = tree.base or tree
        warm = tree.size.bytes >= WORTH and bool(find_tree_volume(self.client(), lower.key))
        return self._choose(tree.size, spec.limits, warm)

    def _layered_or_copied(self, stack: ExitStack, spec: Spec, tree: Tree) -> Session:
        refusal = self._refusal
        try:
            if not refusal:
                return stack.enter_context(self._layered(spec, tree))
        except LayerRefused as error:
            refusal = str(error)
            self._refusal = refusal if error.lasting else ""
        log.warning("%s The tree is copied into memory.", refusal)
        return stack.enter_context(self._copied(spec, tree, f"{refusal} The tree was copied into memory instead."))

    @contextmanager
    def _copied(self, spec: Spec, tree: Tree, notice: str = "") -> Generator[Session]:
        with self.container(spec, notice=notice) as session:
            fill(session, tree, spec.limits)
            yield session

    @contextmanager
    def _frozen(self, spec: Spec, tree: Tree) -> Generator[Session]:
        volume = self._volume(spec, tree)
        with self.container(spec, [Mount(volume, WORKSPACE)]) as session:
            self._check_volume(volume, tree)
            yield session

    @contextmanager
    def _layered(self, spec: Spec, tree: Tree) -> Generator[Session]:
        lower = tree.base or tree
        volume = self._volume(spec, lower)
        with (
            layer(self.client(), self._instance, spec, volume) as mounts,
            self.container(spec, mounts, watched=(UPPER_AT, WORKSPACE)) as session,
        ):
            self._check_volume(volume, lower)
            if lower is not tree:
                change(session, tree.changes(), spec.limits)
            yield session

    def _volume(self, spec: Spec, tree: Tree) -> str:
        def filler(one: Spec, mount: Mount) -> AbstractContextManager[Session]:
            return self.container(one, [mount], workspace=FILLED_AT)

        return tree_volume(self.client(), self._instance, spec, tree, filler)

    def _check_volume(self, volume: str, tree: Tree) -> None:
        if not is_tree_volume(self.client(), volume, tree.key):
            raise SandboxDied(f"The volume {volume} with the tree was removed meanwhile. Open a fresh sandbox.")

    @contextmanager
    def container(
        self,
        spec: Spec,
        mounts: Sequence[Mount] = (),
        *,
        workspace: str = WORKSPACE,
        watched: Sequence[str] = (),
        notice: str = "",
    ) -> Generator[Session]:
        """A checked container in which the supervisor waits; it watches a private layer at the places `watched`."""
        check_memory(spec, mounts)
        client = self.client()
        name = container_name(spec)
        identity = _create(client, name, self._instance, spec, self._runtime, mounts, watched)
        try:
            wire = self._checked(client, identity, spec, mounts)
        except BaseException:
            remove(client, identity)
            raise
        session = Session(
            name, wire, workspace=workspace, env=spec.env, end=lambda: kill(client, identity), notice=notice
        )
        try:
            yield session
        finally:
            session.close()

    def _checked(self, client: Client, identity: str, spec: Spec, mounts: Sequence[Mount]) -> Wire:
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
        selfcheck.check(spec, inspected, facts, mounts, runtime=self._runtime)
        check_layer(facts.get("layer"), spec.limits)
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


def _create(
    client: Client,
    name: str,
    instance: str,
    spec: Spec,
    runtime: str,
    mounts: Sequence[Mount],
    watched: Sequence[str],
) -> str:
    asked = client.create_host_config(**host_config(spec, mounts, runtime=runtime))
    created: Mapping[str, Any] = within(
        SECONDS,
        f"create a sandbox from {spec.image}",
        lambda: client.create_container(
            spec.image,
            supervisor_arguments(spec.limits, *watched),
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
        if mount_refused(error):
            raise LayerRefused(f"The engine mounts no layers: {error}", lasting=True) from error
        if "executable file not found" in str(error):
            raise ImageMissing(f"The image {spec.image} cannot be a sandbox: it has no python3.") from error
        raise
    return Wire(sock, multiplexed=True, keep=attached)
