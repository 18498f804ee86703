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
    local = common_folder(folder) / "config"
    found = ((name, _get(name, local) or _users(name)) for name in _LINE_ENDS)
    return tuple(f"{name}={value}" for name, value in found if value in _LINE_ENDS[name])


def ignore_files(folder: Path) -> Iterator[Path]:
    """Where patterns of ignored files stand beside .gitignore: the person's own list, the checkout's own."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    named = _users("core.excludesFile", "--type=path")
    files = (Path(named) if named else home / "git" / "ignore", common_folder(folder) / "info" / "exclude")
    return (file for file in files if file.is_file())


def _get(name: str, file: Path) -> str:
    return _value(Git(), "--file", str(file), "--get", name) if file.is_file() else ""


def _users(name: str, *flags: str) -> str:
    own = Path.home() / ".gitconfig"
    if not own.is_file():
        return ""
    git = Git(extra={"HOME": str(Path.home()), "GIT_CONFIG_GLOBAL": str(own)})
    return _value(git, "--global", *flags, "--get", name)


def _value(git: Git, *arguments: str) -> str:
    try:
        return decode(git("config", *arguments, timeout=10).rstrip(b"\n"))
    except GitFailed:  # not set, or a file that git cannot read
        return ""
