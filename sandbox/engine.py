"""The container engine: reach it, learn what it can enforce, and never wait for it without a deadline."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from patchwright.sandbox.errors import EngineUnavailable, ImageMissing

Client: TypeAlias = Any
"""A docker-py `APIClient`, whose stubs leave most answers untyped."""

T = TypeVar("T")

SECONDS = 30.0
"""The deadline of an engine call; they take milliseconds on a healthy engine."""

CONFLICT = 409
OLDEST = (20, 10)
NEEDED = {
    "MemoryLimit": "memory",
    "SwapLimit": "swap",
    "PidsLimit": "the number of processes",
    "CpuCfsQuota": "CPU time",
}


class EngineConflict(EngineUnavailable):
    """The thing is not in a state for this: not running any more, in use, or being removed already."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What the engine says about itself; goes into a run's record (SB-08, SB-14)."""

    version: str
    storage: str
    cgroup: str
    runtime: str
    seccomp: bool
    user_namespaces: bool
    cpus: int
    memory_mb: int
    unlimited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the engine cannot give, with the way to fix it. A fatal one forbids runs."""

    sentence: str
    fatal: bool


def connect(host: str = "") -> Client:
    """A client of the engine at `host`, or else where DOCKER_HOST says. Raises `EngineUnavailable`."""
    from docker import APIClient
    from docker.utils import kwargs_from_env

    def client() -> Client:
        settings: dict[str, Any] = {**kwargs_from_env(), **({"base_url": host} if host else {})}
        return APIClient(**settings, version="auto", timeout=int(SECONDS))

    return within(SECONDS, "answer", client)


def within(seconds: float, what: str, call: Callable[[], T]) -> T:
    """The result of an engine call, under a deadline kept by us (REL-06); `what` completes "failed to".

    A call that is stuck keeps its thread and is forgotten. Raises `EngineUnavailable`, `EngineConflict`,
    `ImageMissing`, or docker's NotFound (a container or volume is gone), which each caller judges.
    """
    from docker.errors import APIError, DockerException, ImageNotFound, NotFound
    from requests.exceptions import RequestException

    future: Future[T] = Future()
    threading.Thread(target=_settle, args=(future, call), daemon=True, name=f"engine: {what}").start()
    try:
        return future.result(seconds)
    except ImageNotFound as error:
        raise ImageMissing(f"The sandbox image is not there: {error.explanation}.") from error
    except NotFound:
        raise
    except APIError as error:
        kind = EngineConflict if error.status_code == CONFLICT else EngineUnavailable
        raise kind(f"The container engine failed to {what}: {error.explanation or error}.") from error
    except (DockerException, RequestException, OSError) as error:
        if isinstance(error, TimeoutError):
            raise EngineUnavailable(f"The container engine failed to {what} within {seconds:g} s.") from error
        raise EngineUnavailable(
            f"No container engine answers ({_cause(error)}). "
            "Install or start Docker, or set DOCKER_HOST to where it is."
        ) from error


def _cause(error: BaseException) -> str:
    """The system's own words for it, which the client libraries wrap several times."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _settle(future: Future[T], call: Callable[[], T]) -> None:
    """Whatever happens is raised again in the thread that waits."""
    try:
        future.set_result(call())
    except BaseException as error:
        future.set_exception(error)


def describe(client: Client) -> Engine:
    """Ask the engine for its facts. Raises `EngineUnavailable`."""
    version: Mapping[str, Any] = within(SECONDS, "say its version", client.version)
    info: Mapping[str, Any] = within(SECONDS, "describe itself", client.info)
    return read_facts(version, info)


def read_facts(version: Mapping[str, Any], info: Mapping[str, Any]) -> Engine:
    """The engine's answers to /version and /info as facts."""
    options = [str(option) for option in info.get("SecurityOptions") or ()]
    return Engine(
        version=str(version.get("Version", "")),
        storage=str(info.get("Driver", "")),
        cgroup=str(info.get("CgroupVersion") or "1"),
        runtime=str(info.get("DefaultRuntime", "")),
        seccomp=any("name=seccomp" in option and "unconfined" not in option for option in options),
        user_namespaces=any("name=userns" in option or "name=rootless" in option for option in options),
        cpus=int(info.get("NCPU") or 0),
        memory_mb=int(info.get("MemTotal") or 0) >> 20,
        unlimited=tuple(words for key, words in NEEDED.items() if not info.get(key)),
    )


def problems(engine: Engine, memory_mb: int = 2048) -> list[Problem]:
    """What is missing for safe runs with sandboxes of this size (SB-07, SB-14)."""
    found: list[Problem] = []
    if _number(engine.version) < OLDEST:
        found.append(
            Problem(f"Docker {engine.version or 'of an unknown version'} is too old: install 20.10 or later.", True)
        )
    if not engine.seccomp:
        found.append(
            Problem(
                "The engine filters no system calls: start it with its default seccomp profile, on a kernel "
                "that has CONFIG_SECCOMP_FILTER.",
                True,
            )
        )
    found += [
        Problem(
            f"The engine cannot limit {words}: enable the cgroup controllers of the host "
            "(on Debian: cgroup_enable=memory swapaccount=1 on the kernel's command line) and restart Docker.",
            True,
        )
        for words in engine.unlimited
    ]
    if engine.memory_mb < memory_mb:
        found.append(
            Problem(
                f"The engine has {engine.memory_mb} MB of memory, less than the {memory_mb} MB that one sandbox "
                "may use: lower the memory limit or give the engine more.",
                False,
            )
        )
    return found


def _number(version: str) -> tuple[int, int]:
    parts = [part for part in version.split(".")[:2] if part.isdigit()]
    return (int(parts[0]), int(parts[1])) if len(parts) == 2 else (0, 0)
