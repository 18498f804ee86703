"""Single files of a running sandbox, one round trip each.

Everything happens in the sandbox as its user. No component of a path is followed through a link (FS-03):
each is entered and checked one by one, and since no process of an earlier command lives (RES-06),
nobody can swap one meanwhile. Paths are relative with "/" and may hold surrogate escapes (FS-04).
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patchwright.sandbox.base import ExecResult, Sandbox
from patchwright.sandbox.errors import FileRefused

if TYPE_CHECKING:
    import tarfile

SECONDS = 60.0
MANIFEST_CAP = 64 << 20

LINK, MISSING, IRREGULAR = 41, 44, 45

ENTER = f"""
while [ $# -gt 1 ]; do
    [ -L "./$1" ] && exit {LINK}
    [ -d "./$1" ] || %s
    cd "./$1" || exit
    shift
done
"""
WRITE = (
    "mode=$1; shift"
    + ENTER % 'mkdir "./$1" || exit'
    + """
new=.patchwright-$$
cat >"$new" && { [ "$mode" = 644 ] || chmod "$mode" "$new"; } && mv -fT -- "$new" "./$1" || { rm -f "$new"; exit 1; }
"""
)
REMOVE = f"""
parents=$1; shift
(
{ENTER % "exit 0"}
rm -f -- "./$1"
) || exit
[ -z "$parents" ] || [ ! -d "$parents" ] || rmdir -p --ignore-fail-on-non-empty -- "$parents"
"""
READ = (
    ENTER % f"exit {MISSING}"
    + f"""
[ -L "./$1" ] && exit {LINK}
[ -e "./$1" ] || exit {MISSING}
[ -f "./$1" ] || exit {IRREGULAR}
exec cat -- "./$1"
"""
)
PACK = ("tar", "-c", "--format=gnu", "--no-recursion", "--hard-dereference", "--null", "-T", "-", "-f", "-")

Manifest = Mapping[str, bytes]
"""For each path that is no folder: change time, size, inode, mode and type, as one opaque value."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A regular file, or a link whose `data` is its target (GIT-08)."""

    data: bytes
    executable: bool = False
    link: bool = False


def write_file(sandbox: Sandbox, path: str, data: bytes, *, executable: bool = False) -> None:
    """Create or replace one file with its folders. A link of that name is replaced, never followed.

    Raises `FileRefused` if a folder of the path is a link or a file, or the disk is full.
    """
    result = _shell(sandbox, WRITE, ["755" if executable else "644", *_parts(path)], stdin=data)
    if not result.ok:
        raise _refused("write", path, result)


def remove_file(sandbox: Sandbox, path: str) -> None:
    """Remove one file or link, and the folders that are empty then. One that is missing is fine."""
    parts = _parts(path)
    result = _shell(sandbox, REMOVE, ["/".join(parts[:-1]), *parts])
    if not result.ok:
        raise _refused("remove", path, result)


def read_file(sandbox: Sandbox, path: str, cap: int) -> bytes:
    """One regular file of at most `cap` bytes. Raises FileNotFoundError or `FileRefused`."""
    result = _shell(sandbox, READ, _parts(path), cap=cap, merge=False)
    if result.exit_code == MISSING:
        raise FileNotFoundError(path)
    if not result.ok:
        raise _refused("read", path, result)
    if result.omitted:
        raise FileRefused(f"Cannot read {path!r}: it has more than {cap:,} bytes.")
    return result.output


def read_globs(sandbox: Sandbox, patterns: Sequence[str], cap: int) -> dict[str, bytes]:
    """The regular files that match a pattern ("*" within a folder, "**/" through folders, "?").

    Raises `FileRefused` if they have more than `cap` bytes together (RES-08).
    """
    if not patterns:
        return {}
    tests: list[str] = []
    for pattern in patterns:
        tests += ["-o", "-path", "./" + re.sub(r"\*\*/|\*\*", "*", re.sub(r"([\\\[])", r"\\\1", pattern))]
    script = f'find . -type f "(" "$@" ")" -print0 | {" ".join(PACK)}'
    result = sandbox.run(["sh", "-c", script, "sh", *tests[1:]], timeout=SECONDS, cap=cap, merge=False)
    wanted = [glob_pattern(pattern) for pattern in patterns]
    found = _unpack(result, cap)
    return {path: one.data for path, one in found.items() if any(glob.fullmatch(path) for glob in wanted)}


def collect(sandbox: Sandbox, paths: Iterable[str], cap: int) -> dict[str, Collected]:
    """What lies at paths of a manifest, together at most `cap` bytes; other than files and links is left out.

    Raises `FileRefused` if a path is gone or there are too many bytes.
    """
    names = b"".join(b"./" + path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
    return _unpack(sandbox.run(PACK, timeout=SECONDS, stdin=names, cap=cap, merge=False), cap)


def take_manifest(sandbox: Sandbox) -> dict[str, bytes]:
    """What lies in the workspace right now; take one after the filling to ask later what changed."""
    listing = ["find", ".", "!", "-type", "d", "-printf", "%C@ %s %i %m %y %P\\0"]
    result = sandbox.run(listing, timeout=SECONDS, cap=MANIFEST_CAP, merge=False)
    if not result.ok or result.omitted:
        raise FileRefused("The files of the workspace cannot be listed: there are too many of them.")
    return parse_manifest(result.output)


def parse_manifest(listing: bytes) -> dict[str, bytes]:
    """NUL-separated lines of five fields and a path."""
    found: dict[str, bytes] = {}
    for line in listing.split(b"\0")[:-1]:
        *fields, path = line.split(b" ", 5)
        found[path.decode("utf-8", "surrogateescape")] = b" ".join(fields)
    return found


def changed_paths(sandbox: Sandbox, before: Manifest) -> list[str]:
    """Paths, sorted, that were written, made or removed since a manifest, whoever did it."""
    return differences(before, take_manifest(sandbox))


def differences(before: Manifest, after: Manifest) -> list[str]:
    """Paths whose entry is not the same in both."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def glob_pattern(pattern: str) -> "re.Pattern[str]":
    """A pattern as a regular expression over whole paths."""
    spelled = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(spelled.get(part) or re.escape(part) for part in parts), re.DOTALL)


def _shell(
    sandbox: Sandbox, script: str, words: Sequence[str], *, stdin: bytes = b"", cap: int = 4096, merge: bool = True
) -> ExecResult:
    return sandbox.run(["sh", "-c", script, "sh", *words], timeout=SECONDS, stdin=stdin, cap=cap, merge=merge)


def _parts(path: str) -> list[str]:
    parts = path.split("/")
    if "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise FileRefused(f"{path!r} is no path inside the workspace.")
    return parts


def _refused(what: str, path: str, result: ExecResult) -> FileRefused:
    why = {LINK: "the path goes through a link", IRREGULAR: "it is no regular file"}.get(result.exit_code)
    return FileRefused(f"Cannot {what} {path!r}: {why or result.text.strip()[:300] or 'timeout'}.")


def _unpack(result: ExecResult, cap: int) -> dict[str, Collected]:
    import tarfile

    if result.omitted:
        raise FileRefused(f"The files to collect have more than {cap:,} bytes together.")
    if not result.ok:
        raise FileRefused("The files to collect could not all be read: one is gone or may not be read.")
    with tarfile.open(fileobj=io.BytesIO(result.output), encoding="utf-8", errors="surrogateescape") as archive:
        return dict(_entries(archive))


def _entries(archive: "tarfile.TarFile") -> Iterator[tuple[str, Collected]]:
    for entry in archive:
        path = entry.name.removeprefix("./")
        if entry.issym():
            yield path, Collected(entry.linkname.encode("utf-8", "surrogateescape"), link=True)
        elif entry.isreg():
            file = archive.extractfile(entry)
            yield path, Collected(file.read() if file else b"", executable=bool(entry.mode & 0o100))
