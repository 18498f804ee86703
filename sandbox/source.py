"""From what the user named to a commit in a bare clone of ours, or a sentence that says why not."""

import contextlib
import re
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from patchwright.sandbox.errors import SourceRefused
from patchwright.sandbox.git import Git
from patchwright.sandbox.limits import SourceLimits, check_entries, clone_excess
from patchwright.sandbox.locks import try_lock
from patchwright.sandbox.pruning import lock_of, mark_use
from patchwright.sandbox.remote import Remote, advertised, fetch, locate
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.settings import common_folder
from patchwright.sandbox.worktree import WorkingCopy

_REVISION = re.compile(r"(?P<name>(?:[^\s~^:?*\[\\{]|@(?!\{))+)(?P<steps>(?:[~^][0-9]*|\^\{commit\})*)")
_HEX = re.compile(r"[0-9a-f]{4,40}")
_ALL = ("+refs/heads/*:refs/source/heads/*", "+refs/tags/*:refs/source/tags/*")


def open_source(
    source: str,
    *,
    cache: Path,
    revision: str = "HEAD",
    include_dirty: bool = False,
    limits: SourceLimits | None = None,
    clock: Callable[[], float] = time.time,
    authorization: str = "",
) -> tuple[Repository, str]:
    """A bare clone of the source in the folder `cache`, and the full sha of the revision in it.

    `source` is a folder or a URL (https, ssh, file). `include_dirty` makes the working copy's
    uncommitted content a commit of ours upon HEAD, and returns that. `authorization` is the HTTP header
    for a private repository. Nothing of the source is run,
    and nothing in it is written. Raises `SourceRefused` with what is wrong and what to do.
    """
    limits = limits or SourceLimits()
    remote = locate(source, authorization)
    if remote.folder and (common_folder(remote.folder) / "shallow").is_file():
        raise SourceRefused(f"{source} is a shallow clone. Complete it with: git fetch --unshallow")
    refs = advertised(remote)
    _check_refs(remote, refs)
    with _locked(cache, remote, limits) as git_dir:
        repository = Repository(git_dir, clock=clock)
        commit = _commit(repository, remote, refs, revision, limits)
        check_entries(repository.tree(commit).entries(), limits, remote.address)
        _keep(repository, commit)
        return repository, _with_dirt(repository, remote, commit, refs.get("HEAD"), include_dirty, limits)


def _check_refs(remote: Remote, refs: dict[str, str]) -> None:
    if not refs:
        raise SourceRefused(f"{remote.address} has no commit yet. Make one: git add -A && git commit -m base")
    if any(len(sha) != 40 for sha in refs.values()):
        raise SourceRefused(f"{remote.address} uses SHA-256 object names, which patchwright does not support.")


@contextlib.contextmanager
def _locked(cache: Path, remote: Remote, limits: SourceLimits) -> Generator[Path]:
    """The clone's folder, made if it is not there, held by this process alone while fetching."""
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    git_dir = cache / remote.cache_name
    deadline = time.monotonic() + limits.seconds
    with lock_of(git_dir).open("wb") as lock:
        while not try_lock(lock.fileno()):
            if time.monotonic() > deadline:
                raise SourceRefused(f"Another process is still fetching {remote.address}. Try again later.")
            time.sleep(0.05)
        if not git_dir.exists():
            _init(git_dir)
        mark_use(git_dir)
        yield git_dir


def _init(git_dir: Path) -> None:
    # HEAD names a branch that never exists: newer gits would take attributes from HEAD (GIT-06).
    flags = ("--quiet", "--bare", "--template=", "--initial-branch=none", "--object-format=sha1")
    with tempfile.TemporaryDirectory(dir=git_dir.parent, prefix="new-") as place:
        made = Path(place) / "clone"
        Git()("init", *flags, "--", str(made))
        made.rename(git_dir)


def _commit(repository: Repository, remote: Remote, refs: dict[str, str], revision: str, limits: SourceLimits) -> str:
    found = _REVISION.fullmatch(revision)
    if found is None or revision.startswith("-"):
        raise _unknown(remote, revision, refs)
    start = _named(refs, found["name"]) or _by_sha(repository, remote, found["name"], limits)
    if start is None:
        raise _unknown(remote, revision, refs)
    _bring(repository, remote, start, limits)
    commit = _resolve(repository, start, found["steps"])
    if commit is None:
        raise _unknown(remote, revision, refs)
    return commit


def _named(refs: dict[str, str], name: str) -> str | None:
    """The object a name stands for, in git's own order."""
    short = "HEAD" if name == "@" else name
    forms = ("{}", "refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
    names = (form.format(short) for form in forms)
    return next((refs[full] for full in names if full in refs and (full == "HEAD" or "/" in full)), None)


def _resolve(repository: Repository, start: str, steps: str) -> str | None:
    found = repository.objects.find(f"{start}{steps}^{{commit}}")
    return found.sha if found and found.kind == "commit" else None


def _by_sha(repository: Repository, remote: Remote, name: str, limits: SourceLimits) -> str | None:
    """The commit with this sha, or with this one that begins so on a branch or tag of the source."""
    if not _HEX.fullmatch(name):
        return None
    if len(name) == 40:
        return name
    known = _resolve(repository, name, "")
    if known is None:
        _fetch(repository, remote, _ALL, limits)
        known = _resolve(repository, name, "")
    return known


def _bring(repository: Repository, remote: Remote, start: str, limits: SourceLimits) -> None:
    """Have this object with all of its history. The ref says that git has checked it to be whole."""
    ref = f"refs/source/wanted/{start}"
    if repository.objects.find(ref) is None:
        _fetch(repository, remote, (f"{start}:{ref}",), limits)
        if repository.objects.find(ref) is None:  # git takes no cut history, and only says so in the ref
            raise SourceRefused(f"{remote.address} is a shallow clone. Complete it with: git fetch --unshallow")
    excess = clone_excess(repository.git_dir, limits)  # a quick fetch ends before it is watched
    if excess:
        raise SourceRefused(f"{remote.address} is too large: {excess}.")


def _fetch(repository: Repository, remote: Remote, refspecs: Sequence[str], limits: SourceLimits) -> None:
    def stop() -> str:
        return clone_excess(repository.git_dir, limits)

    fetch(remote, repository.git_dir, *refspecs, timeout=limits.seconds, stop=stop)


def _unknown(remote: Remote, revision: str, refs: dict[str, str]) -> SourceRefused:
    heads = sorted(name.removeprefix("refs/heads/") for name in refs if name.startswith("refs/heads/"))
    known = f" Its branches are: {', '.join(heads[:10])}." if heads else ""
    return SourceRefused(f"{remote.address} has no revision {revision!r}.{known} Give a branch, tag or commit.")


def _with_dirt(
    repository: Repository,
    remote: Remote,
    commit: str,
    head: str | None,
    include_dirty: bool,
    limits: SourceLimits,
) -> str:
    if remote.folder is None or commit != head:
        if include_dirty:
            raise SourceRefused(
                "--include-dirty takes the content of a working copy at its HEAD: "
                "give its folder, and no other revision."
            )
        return commit
    copy = WorkingCopy(repository, remote.folder, commit)
    dirt = copy.dirt()
    if dirt and not include_dirty:
        raise SourceRefused(
            f"{remote.address} has uncommitted changes ({dirt}). "
            "Commit or stash them (git stash -u), or pass --include-dirty to work on them as they are."
        )
    return _stored(repository, copy.commit(dirt, limits), remote, limits) if dirt else commit


def _stored(repository: Repository, commit: str, remote: Remote, limits: SourceLimits) -> str:
    check_entries(repository.tree(commit).entries(), limits, remote.address)
    _keep(repository, commit)
    return commit


def _keep(repository: Repository, commit: str) -> None:
    if repository.kept(f"base.{commit}") is None:
        repository.keep(f"base.{commit}", commit)
