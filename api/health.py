"""What `doctor` looks at. Each look gives facts and, for what is wrong, the way to fix it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from patchwright.agent.config import Settings, roles_configured
from patchwright.api.assemble import BOOK
from patchwright.sandbox.errors import EngineUnavailable
from patchwright.tools.secrets import Redactor

if TYPE_CHECKING:
    from patchwright.agent.book import CapabilityBook, Known
    from patchwright.agent.probing import Prober
    from patchwright.agent.roles import Endpoint

State = Literal["ok", "note", "bad"]
"""`note`: it works, with something missing. `bad`: runs will fail."""

SAMPLED = ("temperature", "seed", "reasoning_effort")
DISK_BAD, DISK_LOW = 1 << 30, 5 << 30


@dataclass(frozen=True, slots=True)
class Health:
    """One thing that was looked at."""

    what: str
    state: State
    found: str
    fix: str = ""


def examine(settings: Settings, redactor: Redactor, live: bool = False) -> Iterator[Health]:
    """Everything, cheapest first."""
    yield _python()
    yield git()
    yield _state(settings)
    yield from _disk(settings)
    yield from engine(settings)
    yield from models(settings, redactor, live)


def _python() -> Health:
    return Health("python", "ok", f"{sys.version.split()[0]} on {sys.platform}")


def git() -> Health:
    """The git program."""
    path = shutil.which("git")
    if path is None:
        return Health("git", "bad", "not found", "Install it: `apt-get install git`.")
    words = subprocess.run(
        [path, "--version"], capture_output=True, text=True, timeout=10, check=False, env={"PATH": os.defpath}
    ).stdout.strip()
    return Health(
        "git", "ok" if words else "bad", words or f"{path} does not answer", "" if words else "Reinstall git."
    )


def _state(settings: Settings) -> Health:
    where = f"{settings.state}" + (f", settings from {settings.config_file}" if settings.config_file else "")
    parent = next(folder for folder in (settings.state, *settings.state.parents) if folder.exists())
    if os.access(parent, os.W_OK):
        return Health("state", "ok", where)
    return Health("state", "bad", f"{where}: not writable", "Make it writable, or name another in PATCHWRIGHT_STATE.")


def _disk(settings: Settings) -> Iterator[Health]:
    for what, wanted in (("disk (state)", settings.state), ("disk (docker)", Path("/var/lib/docker"))):
        folder = next(place for place in (wanted, *wanted.parents) if place.exists())
        free = shutil.disk_usage(folder).free
        state: State = "bad" if free < DISK_BAD else "note" if free < DISK_LOW else "ok"
        fix = "" if state == "ok" else f"Free space on the disk of {folder}: images and clones need some gigabytes."
        yield Health(what, state, f"{free / (1 << 30):.1f} GB free", fix)


def engine(settings: Settings) -> Iterator[Health]:
    """The container engine, its limits, and the images."""
    from patchwright.sandbox.engine import connect, describe, problems

    try:
        facts = describe(connect())
    except EngineUnavailable as error:
        fix = "On Debian as root: `apt-get install docker.io`, then `service docker start`. Elsewhere set DOCKER_HOST."
        yield Health("engine", "bad", str(error), fix)
        return
    found = f"Docker {facts.version}, {facts.storage}, cgroup v{facts.cgroup}, {facts.cpus} CPUs, {facts.memory_mb} MB"
    yield Health("engine", "ok", found + (", user namespaces" if facts.user_namespaces else ""))
    for problem in problems(facts, settings.sandbox.memory_mb):
        what, _, fix = problem.sentence.partition(": ")
        yield Health("engine limits", "bad" if problem.fatal else "note", what, fix)
    yield images(settings)


def images(settings: Settings) -> Health:
    """Which image families are there; the others are built when a run needs them."""
    from patchwright.sandbox.images import FAMILIES, is_present

    there = [family for family in FAMILIES if is_present(family, settings.images)]
    missing = [family for family in FAMILIES if family not in there]
    if not missing:
        return Health("images", "ok", ", ".join(there))
    fix = f"Nothing to do: {', '.join(missing)} will be built by the first run that needs them (a minute or two each)."
    return Health("images", "note" if not there else "ok", f"ready: {', '.join(there) or 'none'}", fix)


FIXES = {
    "unreachable": "Check the address (base_url or OPENAI_BASE_URL) and whether the endpoint is up.",
    "key_refused": "Set the right key.",
    "model_unknown": "Name one of the listed models.",
    "strange": "Check that the address is that of an OpenAI-compatible API, ending in /v1 for most.",
}


def models(settings: Settings, redactor: Redactor, live: bool) -> Iterator[Health]:
    """Each role's models: reachable, key taken, model listed, what is known of them. Equal ones are asked once.

    `live` asks each two small questions, so that what is known is of today.
    """
    if not roles_configured(settings):
        fix = "Recipes work without one. For free-form issues set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL."
        yield Health("models", "note", "no planner and editor are configured", fix)
    from patchwright.agent.book import CapabilityBook
    from patchwright.agent.probing import Prober

    book = CapabilityBook(settings.state / BOOK)
    prober = Prober(book, redactor)
    probed: dict[tuple[str, str, str], tuple[State, str, str]] = {}
    for endpoint in settings.endpoints():
        key = (endpoint.base_url, endpoint.model, endpoint.key_source)
        if key not in probed:
            probed[key] = _examined(endpoint, prober, book, live)
        state, words, fix = probed[key]
        yield Health(f"model: {endpoint.role}", state, f"{endpoint.model} at {endpoint.base_url}: {words}", fix)


def _examined(endpoint: "Endpoint", prober: "Prober", book: "CapabilityBook", live: bool) -> tuple[State, str, str]:
    """How an endpoint is, in words, and the way to fix it."""
    found = prober.look(endpoint)
    state: State = "ok" if found.state == "ok" else "note" if found.state == "model_unknown" else "bad"
    words = f"{found.state.replace('_', ' ')} ({found.detail})"
    if live and state != "bad" and (problem := prober.ask(endpoint)):
        return "bad", f"{words}; {problem}", "Look at the endpoint's own log, or choose another model."
    known = known_words(book.record(endpoint.base_url, endpoint.model))
    return state, f"{words}{known}", FIXES.get(found.state, "")


def known_words(record: "Known | None") -> str:
    """What is known of a model, and since when."""
    if record is None:
        return "; nothing is known of it yet (`patchwright doctor --probe` asks it)"
    can = record.capabilities
    parts = [
        record.server,
        f"answers by {can.schema_mode.replace('_', ' ')}",
        "native tools" if can.tool_mode == "native" else "tools in text",
        "" if can.stream else "no stream",
        f"reads {can.context:,} tokens" if can.context else "",
        *(f"no {name.replace('_', ' ')}" for name in SAMPLED if not getattr(can, name)),
    ]
    return f"; {', '.join(filter(None, parts))}; learned {record.learned_at:%Y-%m-%d %H:%M} UTC"
