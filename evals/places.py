"""What measuring needs from outside, by argument; and where an instance's repository comes from."""

import contextlib
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from patchwright.agent.deps import ImageWanted, Say
from patchwright.evals.instance import Instance
from patchwright.evals.tasks import base_files, make_repository
from patchwright.sandbox.base import Limits, Sandboxes
from patchwright.sandbox.builds import digest
from patchwright.sandbox.errors import SourceRefused
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.source import open_source

HOST = "https://github.com"

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}/[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where instances are run and graded.

    `cache` holds clones and the repositories of tasks; `mirror` is a folder of bare clones by `owner+name` or
    `owner/name`; `prepare_image` is that of `Deps`; `allow_images` is the operator's word that images and
    Dockerfiles which a dataset names may be used (SB-10).
    """

    cache: Path
    sandboxes: Sandboxes
    prepare_image: Callable[[ImageWanted, Say], str]
    limits: Limits
    say: Say
    mirror: Path | None = None
    allow_images: bool = False


def source_of(instance: Instance, place: Place) -> tuple[str, str]:
    """What names the repository for `open_source`, and the base commit there. Raises `SourceRefused`."""
    if instance.folder and (Path(instance.folder) / "repo").is_dir():
        return str(_repository_of_task(instance, place.cache / "tasks")), "HEAD"
    if not instance.base_commit:
        raise SourceRefused(f"{instance.instance_id} names no base commit.")
    return _located(instance.repo, place.mirror), instance.base_commit


def open_repository(instance: Instance, place: Place) -> tuple[Repository, str]:
    """Our clone of the instance's repository, and its base commit. Raises `SourceRefused`."""
    source, commit = source_of(instance, place)
    return open_source(source, cache=place.cache, revision=commit)


def _repository_of_task(instance: Instance, folder: Path) -> Path:
    """Made once for its files; of two processes that make it at once one wins, and both have made the same."""
    name = digest(*(part for path, data in base_files(instance).items() for part in (path.encode(), data)))
    at = folder / f"{instance.instance_id}-{name[:16]}"
    if not at.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="new-") as made:
            make_repository(instance, Path(made) / "repo")
            with contextlib.suppress(OSError):  # another was quicker
                (Path(made) / "repo").rename(at)
    return at


def _located(repo: str, mirror: Path | None) -> str:
    """A folder of mirrors goes before the network (NET-01: of a name we build the address ourselves)."""
    name = repo.removeprefix(f"{HOST}/").removesuffix(".git").strip("/")
    if mirror and _NAME.fullmatch(name) and ".." not in name:
        owner, _, short = name.partition("/")
        forms = (f"{owner}+{short}", f"{owner}/{short}", f"{owner}+{short}.git", f"{owner}/{short}.git")
        found = next((mirror / form for form in forms if (mirror / form).is_dir()), None)
        if found:
            return str(_bare(found))
    if _NAME.fullmatch(name) and ".." not in name and not Path(repo).is_dir():
        return f"{HOST}/{name}.git"
    return repo


def _bare(folder: Path) -> Path:
    """The repository in a mirror's folder: itself, or the only one below it (a snapshot by its hash)."""
    if (folder / "HEAD").is_file() or (folder / ".git").exists():
        return folder
    below = sorted(path.parent for path in folder.glob("*/HEAD"))
    return below[-1] if below else folder
