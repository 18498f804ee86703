"""Suspected syntax errors of languages that Python cannot parse, found by a grammar in a process of its own."""

import json
import subprocess
import sys
from typing import Any

from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.knowledge.languages import language_of

SECONDS = 5.0
MAX_BYTES = 500_000


def suspected(path: str, before: bytes, after: bytes) -> tuple[Diagnostic, ...]:
    """Where a grammar stumbles over the file and did not before. A grammar may not know the newest syntax.

    Nothing for other files, for too large ones, and if the process does not answer in time.
    """
    language = language_of(path)
    if language in ("", "python") or len(before) + len(after) > MAX_BYTES:
        return ()
    command = [sys.executable, "-I", "-m", "patchwright.tools.grammar_worker", language, str(len(before))]
    try:
        done = subprocess.run(
            command, input=before + after, capture_output=True, timeout=SECONDS, env={}, cwd="/", check=False
        )
    except subprocess.TimeoutExpired:
        return ()
    found: list[Any] = json.loads(done.stdout) if done.returncode == 0 else []
    return tuple(
        Diagnostic(path=path, line=line, column=column, code="syntax", message=what, source=f"grammar of {language}")
        for line, column, what in found
    )
