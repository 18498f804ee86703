"""Repositories for tests: plain ones, one with every odd thing git can hold, and a hostile one."""

import hashlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

OURS = ("-c", "user.name=A Person", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")


def git(folder: Path, *arguments: str | bytes, stdin: bytes = b"") -> bytes:
    """Plain git as a user runs it, without this machine's own settings."""
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": "/nonexistent"}
    words = ["git", *OURS, *arguments]
    return subprocess.run(
        words, cwd=folder, env=environment, input=stdin, check=True, capture_output=True, timeout=60
    ).stdout


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def commit_all(folder: Path, message: str = "base") -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--no-verify", "-m", message)
    return git(folder, "rev-parse", "HEAD").decode().strip()


def make(folder: Path, files: Mapping[str, bytes]) -> str:
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    write(folder, files)
    return commit_all(folder)


LFS_CONTENT = b"\x00large\xff" * 100
LFS_POINTER = (
    f"version https://git-lfs.github.com/spec/v1\noid sha256:{hashlib.sha256(LFS_CONTENT).hexdigest()}\nsize 700\n"
).encode()

ODD_FILES: dict[bytes, bytes] = {
    b"plain.txt": b"one\ntwo\n",
    b"caf\xe9.txt": b"latin name\n",
    b"\xff\xfe/\x80": b"bytes\n",
    "na\u00efve/\u4f60\u597d.txt".encode(): "utf-8 \u4f60\n".encode(),
    b"new\nline": b"newline in name\n",
    b'quo"te\t\\': b"quote\n",
    b"-dash": b"leading dash\n",
    b" space ": b"space\n",
    b"*star[x]?": b"magic\n",
    b":(glob)magic": b"pathspec magic\n",
    b"long/" + b"n" * 200 + b"/" + b"m" * 150: b"long\n",
    b"crlf.txt": b"one\r\ntwo\r\n",
    b"mixed.txt": b"one\r\ntwo\nthree\r",
    b"no-newline": b"end",
    b"empty": b"",
    b"binary": bytes(range(256)) * 4,
    b"big.lfs": LFS_POINTER,
    b"subst.txt": b"$Format:%H$ $Id$\n",
    b"secret.txt": b"export-ignore must not drop this\n",
    b"run.sh": b"#!/bin/sh\n",
    b".gitattributes": b"*.lfs filter=lfs diff=lfs merge=lfs -text\nsubst.txt export-subst\nsecret.txt export-ignore -diff\n",
}
ODD_LINKS: dict[bytes, bytes] = {
    b"link": b"plain.txt",
    b"dangling": b"no/such/\xffthing",
    b"absolute": b"/etc/passwd",
    b"up": b"../../outside",
    b"folder-link": b"long",
    b"l" * 150: b"t" * 180,
}
GITLINK = "1234567890123456789012345678901234567890"


def odd(folder: Path) -> str:
    """A commit with odd names, links, a submodule, an LFS pointer, CRLF, programs; no file left uncommitted."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    write(folder, {os.fsdecode(name): data for name, data in ODD_FILES.items()})
    for name, target in ODD_LINKS.items():
        (folder / os.fsdecode(name)).symlink_to(os.fsdecode(target))
    (folder / "run.sh").chmod(0o755)
    git(folder, "add", "-A")
    git(folder, "update-index", "--add", "--cacheinfo", f"160000,{GITLINK},vendor/sub")
    (folder / "vendor" / "sub").mkdir(parents=True)
    git(folder, "commit", "-q", "-m", "odd")
    return git(folder, "rev-parse", "HEAD").decode().strip()


def on_disk(folder: Path) -> dict[bytes, tuple[str, bytes]]:
    """All files below a folder but .git: mode ("644", "755", "link", "folder" if empty) and content by name."""
    found: dict[bytes, tuple[str, bytes]] = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for path in (Path(place) / name for name in (*files, *folders)):
            name = os.fsencode(path.relative_to(folder))
            if path.is_symlink():
                found[name] = ("link", os.fsencode(path.readlink()))
            elif path.is_file():
                found[name] = ("755" if path.stat().st_mode & 0o100 else "644", path.read_bytes())
            elif not any(path.iterdir()):
                found[name] = ("folder", b"")
    return found


HOOKS = [
    "post-checkout",
    "pre-commit",
    "post-commit",
    "post-index-change",
    "reference-transaction",
    "pre-receive",
    "update",
    "post-update",
    "upload-pack",
    "fsmonitor-watchman",
    "post-merge",
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
]


def hostile(folder: Path, canary: Path) -> str:
    """A repository whose every setting that names a program creates `canary`; returns its HEAD."""
    touch = f"touch '{canary}'"
    sha = make(folder, {"a.txt": b"one\ntwo\nthree\n", ".gitattributes": b"* text=auto\n", "b.bin": bytes(64)})
    inside = folder / ".git"
    (inside / "extra").write_text(f'[core]\n\tfsmonitor = "{touch};:"\n[uploadpack]\n\tpackObjectsHook = "{touch};:"\n')
    evil = f"""
[core]
    fsmonitor = "{touch};:"
    sshCommand = "{touch};:"
    pager = "{touch}; cat"
    editor = "{touch};:"
    askPass = "{touch};:"
    alternateRefsCommand = "{touch};:"
    gitProxy = "{touch};:"
[filter "evil"]
    clean = "{touch}; cat"
    smudge = "{touch}; cat"
    process = "{touch};:"
[filter "lfs"]
    clean = "{touch}; cat"
    smudge = "{touch}; cat"
[diff]
    external = "{touch};:"
[diff "evil"]
    command = "{touch};:"
    textconv = "{touch}; cat"
[merge "evil"]
    driver = "{touch};:"
[uploadpack]
    packObjectsHook = "{touch};:"
[credential]
    helper = "!{touch};:"
[alias]
    apply = "!{touch};:"
    ls-files = "!{touch};:"
[extensions]
    partialClone = origin
[remote "origin"]
    url = "ext::sh -c '{touch}'"
    promisor = true
    uploadpack = "{touch};:"
[protocol "ext"]
    allow = always
[include]
    path = extra
"""
    with (inside / "config").open("a") as config:
        config.write(evil)
    (inside / "info").mkdir(exist_ok=True)
    (inside / "info" / "attributes").write_text("* filter=evil diff=evil merge=evil\n")
    for name in HOOKS:
        hook = inside / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{touch}\n")
        hook.chmod(0o755)
    _plant_nested(folder / "nested", touch)
    return sha


def _plant_nested(folder: Path, touch: str) -> None:
    make(folder, {"inner.txt": b"x\n"})
    with (folder / ".git" / "config").open("a") as config:
        config.write(f'[core]\n\tfsmonitor = "{touch};:"\n')
