"""Runs that this screen has set to work: each in a process that outlives the screen, and is replaced if it dies."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from patchwright.api.naming import short

TRIES = 3
"""How often a process is started for one leg of a run before a person is told."""
COMMAND = (sys.executable, "-c", "from patchwright.api.entry import main; main()", "resume", "--json")
TOLD = 600
"""Characters of what a process said last that a person is told."""

Need = Literal["work", "rest", "held"]
"""Whether a run has work left that nobody does, has none, or is in somebody's hands."""


@dataclass
class _Leg:
    process: "subprocess.Popen[bytes] | None" = None
    tries: int = 0


class Workers:
    """Processes that drive runs. `need` says how a run stands; `folder` keeps what they say."""

    def __init__(self, folder: Path, need: Callable[[str, bool], Need], command: tuple[str, ...] = COMMAND) -> None:
        self._folder = folder
        self._need = need
        self._command = command
        self._legs: dict[str, _Leg] = {}

    def submit(self, run_id: str) -> None:
        """The run is to go on; twice is harmless."""
        known = self._legs.get(run_id)
        self._legs[run_id] = _Leg(known.process if known else None)
        self.tend()

    @property
    def busy(self) -> tuple[str, ...]:
        """The runs that are worked on, or will be at once."""
        return tuple(self._legs)

    def tend(self) -> list[str]:
        """Start what is to be started, forget what is done; a sentence for each run that cannot be worked on."""
        told = (self._tend(run_id, leg) for run_id, leg in list(self._legs.items()))
        return [words for words in told if words]

    def _tend(self, run_id: str, leg: _Leg) -> str:
        if leg.process is not None and leg.process.poll() is None:
            return ""
        need = self._need(run_id, leg.tries > 0)
        if need == "held":
            return ""
        if need == "rest":
            del self._legs[run_id]
            return ""
        if leg.tries >= TRIES:
            del self._legs[run_id]
            return f"Run {short(run_id)} cannot be worked on: {self._last_words(run_id)}"
        leg.tries += 1
        leg.process = self._spawn(run_id)
        return ""

    def _spawn(self, run_id: str) -> "subprocess.Popen[bytes]":
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = os.open(self._log(run_id), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            return subprocess.Popen(
                [*self._command, run_id],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        finally:
            os.close(log)

    def _log(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.log"

    def _last_words(self, run_id: str) -> str:
        try:
            text = self._log(run_id).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            text = ""
        return text[-TOLD:] or "its process said nothing"
