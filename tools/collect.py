"""Report files: removed before a command, read after it, in the sandbox and as data (B5)."""

import json
from collections.abc import Sequence

from patchwright.sandbox.base import Sandbox
from patchwright.sandbox.errors import SandboxDied
from patchwright.tools.reports.base import ReportMalformed
from patchwright.tools.toolchains.base import REPORTS

MAX_BYTES = 64 << 20
MAX_FILES = 20_000
SECONDS = 60.0

# Runs isolated in the sandbox: globs from its arguments; regular files of one name only, never through a link.
SCRIPT = """\
import glob, json, os, shutil, stat, sys
task = json.loads(sys.argv[1])
def found():
    for pattern in task["patterns"]:
        for path in glob.iglob(pattern, recursive=True, include_hidden=True):
            path = os.path.abspath(path)
            if os.path.realpath(os.path.dirname(path)) == os.path.dirname(path):
                yield path
def clear():
    for path in list(found()):
        if os.path.islink(path) or not os.path.isdir(path):
            os.unlink(path)
    if os.path.islink(task["folder"]):
        os.unlink(task["folder"])
    shutil.rmtree(task["folder"], ignore_errors=True)
    os.makedirs(task["folder"], mode=0o700, exist_ok=True)
def read():
    left, count, out = task["bytes"], task["files"], sys.stdout.buffer
    for path in sorted(set(found())):
        try:
            file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            continue
        with os.fdopen(file, "rb") as opened:
            info = os.fstat(file)
            if not stat.S_ISREG(info.st_mode) or info.st_nlink != 1:
                continue
            left, count = left - info.st_size, count - 1
            if left < 0 or count < 0:
                sys.exit(3)
            data = opened.read(info.st_size)
        out.write(b"%d\\n" % len(data) + data)
clear() if task["clear"] else read()
"""


def clear_reports(sandbox: Sandbox, patterns: Sequence[str], cwd: str = "") -> None:
    """Remove what earlier commands reported, so that only the next one's reports can be read.

    Raises `SandboxDied` when that is not possible.
    """
    done = sandbox.run(_command(patterns, clear=True), timeout=SECONDS, cwd=cwd)
    if not done.ok:
        raise SandboxDied(f"Old reports could not be removed in {sandbox.name}: {done.text[-500:]}")


def read_reports(sandbox: Sandbox, patterns: Sequence[str], cwd: str = "") -> list[bytes]:
    """The regular files that match, by path. Raises `ReportMalformed` when there is too much of it."""
    done = sandbox.run(
        _command(patterns, clear=False), timeout=SECONDS, cwd=cwd, cap=MAX_BYTES + (1 << 20), merge=False
    )
    if not done.ok or done.omitted:
        raise ReportMalformed(f"the reports are more than {MAX_BYTES >> 20} MiB, or cannot be read")
    return _frames(done.output)


def _command(patterns: Sequence[str], *, clear: bool) -> list[str]:
    task = {"clear": clear, "patterns": list(patterns), "folder": REPORTS, "bytes": MAX_BYTES, "files": MAX_FILES}
    return ["python3", "-I", "-S", "-c", SCRIPT, json.dumps(task)]


def _frames(data: bytes) -> list[bytes]:
    found: list[bytes] = []
    at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        if end < 0 or not data[at:end].isdigit():
            raise ReportMalformed("the reports could not be taken out of the sandbox")
        size = int(data[at:end])
        found.append(data[end + 1 : end + 1 + size])
        at = end + 1 + size
    return found
