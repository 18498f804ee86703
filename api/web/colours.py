"""Source text in colours, by a process of its own with a deadline; without colours if that does not answer in time."""

import json
import subprocess
import sys
from collections.abc import Sequence

Piece = tuple[str, str]
"""A class of Pygments ("" for plain) and the text that has it."""

SECONDS = 5.0
MAX_CHARS = 400_000
"""Of all texts together; more is not coloured."""


def coloured(texts: Sequence[tuple[str, str]]) -> list[list[list[Piece]] | None]:
    """For each (path, text) its lines in pieces; None where there is no colour to be had."""
    if not texts or sum(len(text) for _, text in texts) > MAX_CHARS:
        return [None] * len(texts)
    command = [sys.executable, "-I", "-m", "patchwright.api.web.colour_worker"]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(texts).encode(),
            capture_output=True,
            timeout=SECONDS,
            env={},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [None] * len(texts)
    return json.loads(done.stdout) if done.returncode == 0 else [None] * len(texts)
