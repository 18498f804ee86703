"""A person's own editor on a private file."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from patchwright.agent.errors import UsageError

T = TypeVar("T")


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The editor that the person chose: VISUAL, EDITOR, else vi. Raises `UsageError`."""
    named = environ.get("VISUAL") or environ.get("EDITOR") or "vi"
    try:
        command = shlex.split(named)
    except ValueError as error:
        raise UsageError(f"EDITOR is not a command: {error}.") from None
    return command or ["vi"]


def edit_until(
    text: str, read: Callable[[str], T], again: Callable[[UsageError], bool], suffix: str = ".toml"
) -> T | None:
    """Have `text` edited until `read` takes it; None if it was left as it was or the person gave up.

    `again` is told what is wrong and says whether to go on. Raises `UsageError` if no editor runs.
    """
    with tempfile.TemporaryDirectory(prefix="patchwright-edit-") as folder:
        path = Path(folder) / f"plan{suffix}"
        path.write_text(text, encoding="utf-8")
        while True:
            _open(path)
            edited = path.read_text(encoding="utf-8", errors="replace")
            if edited == text:
                return None
            try:
                return read(edited)
            except UsageError as error:
                if not again(error):
                    return None


def _open(path: Path) -> None:
    command = editor_command(os.environ)
    try:
        status = subprocess.run([*command, str(path)], check=False).returncode
    except OSError as error:
        raise UsageError(f"The editor {command[0]!r} cannot be started ({error.strerror}): set EDITOR.") from None
    if status != 0:
        raise UsageError(f"The editor {command[0]!r} ended with status {status}; nothing was changed.")
