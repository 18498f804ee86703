"""From settings to `Deps`. Nothing is connected, built or imported before it is used."""

import hashlib
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from patchwright.agent.config import Settings
from patchwright.agent.deps import Deps, Rung, SandboxKind
from patchwright.agent.messages import Model, ModelRole
from patchwright.agent.roles import ROLES
from patchwright.agent.run import ENDED, Run
from patchwright.agent.store import lease
from patchwright.agent.store.store import Store
from patchwright.api.choices import Choices
from patchwright.api.follow import recorded
from patchwright.api.imaging import prepare_image
from patchwright.api.place import Place
from patchwright.sandbox.base import Sandboxes
from patchwright.sandbox.errors import EngineUnavailable
from patchwright.tools.secrets import Redactor

if TYPE_CHECKING:
    from patchwright.agent.book import CapabilityBook


BOOK = "capabilities.json"
"""The file of the state folder that keeps what is known of the endpoints."""


def assemble(place: Place, choices: Choices, run_id: str = "") -> Deps:
    """Everything that a run needs from outside, by the operator's settings and the command's options.

    A run that goes on (`run_id`) goes on in its recording where it stopped.
    """
    settings, redactor = place.settings, place.screen.redactor
    return Deps(
        store=place.store,
        cache=settings.state / "cache",
        sandboxes=cache(partial(_sandboxes, settings)),
        prepare_image=partial(prepare_image, settings),
        models=ladders(settings, choices, redactor, played(place.store, run_id)),
        redactor=redactor,
        budget=settings.budget,
        quotas=settings.quotas,
        limits=settings.sandbox.limits(),
    )


def instance(settings: Settings) -> str:
    """The label of what belongs to this state folder on this host, for the reaper."""
    return hashlib.sha256(f"{socket.gethostname()}\n{settings.state.absolute()}".encode()).hexdigest()[:16]


def reap_in_background(settings: Settings, store: Store, kind: SandboxKind) -> threading.Thread:
    """Remove what dead runs of this state folder left (REL-03), and what is kept beyond its bound.

    The engine is asked only for runs that use it.
    """
    thread = threading.Thread(target=_reap, args=(settings, store, kind), daemon=True, name="reaper")
    thread.start()
    return thread


def import_client_in_background() -> None:
    """What speaks to a model's endpoint takes 0.1 s to import: while git works, nobody waits for it."""
    threading.Thread(target=import_module, args=("httpx2",), daemon=True, name="import").start()


def _reap(settings: Settings, store: Store, kind: SandboxKind) -> None:
    from patchwright.sandbox.pruning import due, prune_clones

    prune = due(settings.state / "cache")
    open_runs = [run for run in store.runs() if run.status not in ENDED] if prune else []
    if prune:
        prune_clones(settings.state / "cache", {run.issue.clone for run in open_runs})
    if kind == "docker":
        with suppress(EngineUnavailable):  # no engine, nothing to do
            _reap_engine(settings, store, open_runs, prune=prune)


def _reap_engine(settings: Settings, store: Store, open_runs: Sequence[Run], *, prune: bool) -> None:
    from patchwright.sandbox.builds import engine
    from patchwright.sandbox.dependencies import prune_images, remove_abandoned
    from patchwright.sandbox.engine import connect
    from patchwright.sandbox.reaper import reap

    reap(connect(), instance(settings), lambda run_id: lease.is_held(store.database, run_id))
    with engine() as client:
        remove_abandoned(client)
        if prune:
            images = (store.artifact(run.id, "image") for run in open_runs)
            prune_images(client, {image.decode() for image in images if image})


def _sandboxes(settings: Settings, kind: SandboxKind) -> Sandboxes:
    if kind == "local":
        from patchwright.sandbox.local import LocalSandboxes

        return LocalSandboxes()
    from patchwright.sandbox.docker import DockerSandboxes

    return DockerSandboxes(instance(settings), runtime=settings.sandbox.runtime)


def ladders(
    settings: Settings, choices: Choices, redactor: Redactor, played: Mapping[ModelRole, int]
) -> Callable[[ModelRole], tuple[Rung, ...]]:
    """The ladder of each role: recorded, configured, or none."""
    if choices.no_model:
        return lambda _: ()
    if choices.recording:
        return _recorded(Path(choices.recording), played)
    from patchwright.agent.book import CapabilityBook

    return cache(partial(_configured, settings, CapabilityBook(settings.state / BOOK), redactor))


def played(store: Store, run_id: str) -> dict[ModelRole, int]:
    """How many answers of each role the run has already."""
    roles = (event.data.get("role") for event in recorded(store, run_id) if event.kind == "model_called")
    return dict(Counter(role for role in roles if role in ROLES))


def _recorded(path: Path, played: Mapping[ModelRole, int]) -> Callable[[ModelRole], tuple[Rung, ...]]:
    from patchwright.agent.scripted import LABEL, ScriptedModel

    ladder = (Rung(LABEL, ScriptedModel(path, played)),)
    return lambda _: ladder


def _configured(settings: Settings, book: "CapabilityBook", redactor: Redactor, role: ModelRole) -> tuple[Rung, ...]:
    ladder = settings.roles.get(role)
    if ladder is None:
        return ()
    from patchwright.agent.fallback import WithFallback
    from patchwright.agent.llm import HttpModel

    models: list[Model] = [HttpModel(end, book, redactor) for end in ladder.rungs]
    if ladder.fallback:
        stand_in = HttpModel(ladder.fallback, book, redactor)
        models = [WithFallback(model, stand_in, ladder.name(ladder.fallback)) for model in models]
    return tuple(
        Rung(ladder.name(end), model, min(end.context, book.get(end.base_url, end.model).context or end.context))
        for end, model in zip(ladder.rungs, models, strict=True)
    )
