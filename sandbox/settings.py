"""The few settings of a checkout and of the person at this machine that are read: as values, never obeyed.

A file read with `git config --file` is only parsed; includes are not followed and nothing is run.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from patchwright.sandbox.errors import GitFailed
from patchwright.sandbox.git import Git
from patchwright.sandbox.trees import decode

_LINE_ENDS = {"core.autocrlf": ("true", "false", "input"), "core.eol": ("lf", "crlf", "native")}


def git_folder(folder: Path) -> Path:
    """The git directory of a checkout; for a linked one what its .git file names."""
    place = folder / ".git"
    if not place.is_file():
        return place
    named = place.read_bytes()[:4096].removeprefix(b"gitdir:").strip()
    return folder / decode(named)


def common_folder(folder: Path) -> Path:
    """The git directory that all linked checkouts share."""
    place = git_folder(folder)
    shared = place / "commondir"
    return place / decode(shared.read_bytes()[:4096].strip()) if shared.is_file() else place


def line_ends(folder: Path) -> tuple[str, ...]:
    """How the checkout turns line ends, as settings for `Git`; only values that git knows pass."""
    found = _persons() | _listed(Git(), "--file", str(common_folder(folder) / "config"))
    return tuple(f"{name}={found[name]}" for name, values in _LINE_ENDS.items() if found.get(name) in values)


def ignore_files(folder: Path) -> Iterator[Path]:
    """Where patterns of ignored files stand beside .gitignore: the person's own list, the checkout's own."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    named = _persons().get("core.excludesfile")
    own = Path(named).expanduser() if named else home / "git" / "ignore"
    return (file for file in (own, common_folder(folder) / "info" / "exclude") if file.is_file())


def _persons() -> dict[str, str]:
    """The settings of the person at this machine, whom we trust: here includes are followed."""
    own = Path.home() / ".gitconfig"
    if not own.is_file():
        return {}
    return _listed(Git(extra={"HOME": str(Path.home()), "GIT_CONFIG_GLOBAL": str(own)}), "--global", "--includes")


def _listed(git: Git, *where: str) -> dict[str, str]:
    """All settings by name in lower case; the last one of a name counts."""
    try:
        listing = git("config", *where, "--null", "--list", timeout=10, cap=1 << 24)
    except GitFailed:  # no such file, or one that git cannot read
        return {}
    pairs = (decode(item).partition("\n") for item in listing.split(b"\0")[:-1])
    return {name: value.lower() if name in _LINE_ENDS else value for name, _, value in pairs}
