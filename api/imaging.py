"""The image in which a run's commands run: a family's with its dependencies, or the repository's own where allowed."""

import hashlib
import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, cast

from patchwright.agent.config import Settings
from patchwright.agent.deps import ImageWanted, Say
from patchwright.tools.tree import FileTree

LOCAL = "local"


def prepare_image(settings: Settings, wanted: ImageWanted, say: Say) -> str:
    """The image's reference; what is missing is built, and said. Refuses an engine that lacks a limit (SB-14).

    Raises `EngineUnavailable`, `ImageMissing`, `EngineConflict` or `DependencyFailure`.
    """
    if wanted.kind == "local":
        return LOCAL
    _check_engine(settings, say)
    own = dockerfile_of(wanted.tree)
    if own and wanted.repository in settings.sandbox.allow_repository_images:
        return _repository_image(wanted, own, say)
    from patchwright.sandbox.dependencies import ensure_dependencies
    from patchwright.sandbox.images import ensure_image

    image = ensure_image(wanted.toolchain.family, say=say, overrides=settings.images)
    step = wanted.toolchain.dependencies
    return ensure_dependencies(step, image, say=say) if step else image


def dockerfile_of(tree: FileTree) -> str:
    """The repository's own Dockerfile: the devcontainer's, else the one at the root; "" if there is none."""
    paths = tree.paths()
    for settings in (".devcontainer/devcontainer.json", ".devcontainer.json"):
        if settings in paths and (named := _devcontainer(tree.read(settings), settings)) in paths:
            return named
    return next((path for path in (".devcontainer/Dockerfile", "Dockerfile") if path in paths), "")


def _devcontainer(data: bytes, path: str) -> str:
    """The Dockerfile that a devcontainer.json names (JSON with comments), relative to the root."""
    text = re.sub(r"^\s*//.*$", "", data.decode("utf-8", "replace"), flags=re.MULTILINE)
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    build = cast("dict[str, Any]", found).get("build") if isinstance(found, dict) else None
    name = cast("dict[str, Any]", build).get("dockerfile", "") if isinstance(build, dict) else ""
    return str(PurePosixPath(path).parent / str(name)).removeprefix("./")


def _repository_image(wanted: ImageWanted, dockerfile: str, say: Say) -> str:
    from patchwright.sandbox.images import build_repository_image

    name = hashlib.sha256(f"{wanted.tree.key}\n{dockerfile}".encode()).hexdigest()[:32]
    say(f"Building the repository's own image from {dockerfile}, without secrets ...")
    with tempfile.TemporaryFile() as context:
        for chunk in wanted.tree.tar():
            context.write(chunk)
        context.seek(0)
        return build_repository_image(context, dockerfile, f"patchwright/repository:{name}", allowed=True)


def _check_engine(settings: Settings, say: Say) -> None:
    from patchwright.sandbox.engine import connect, describe, problems
    from patchwright.sandbox.errors import EngineUnavailable

    found = problems(describe(connect()), settings.sandbox.memory_mb)
    fatal: Sequence[str] = [problem.sentence for problem in found if problem.fatal]
    if fatal:
        raise EngineUnavailable(" ".join(fatal))
    for problem in found:
        say(problem.sentence)
