"""Standard output and standard error of one command: everything from outside is made harmless here.

Results go to standard output, everything else to standard error. Text of strangers is redacted
(SEC-04), shown with its control characters escaped (OUT-02), and never read as markup.
"""

import json
import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

from patchwright.tools.secrets import Redactor
from patchwright.tools.untrusted import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, RenderableType
    from rich.text import Text

PIPE_WIDTH = 120
"""Columns of what is not a terminal, unless COLUMNS says otherwise."""


class Screen:
    """Where a command speaks. `as_json` means that standard output carries one object and nothing else."""

    def __init__(self, redactor: Redactor, as_json: bool = False) -> None:
        self.redactor = redactor
        self.as_json = as_json

    @cached_property
    def out(self) -> "Console":
        """Standard output, for results."""
        return _console(stderr=False)

    @cached_property
    def err(self) -> "Console":
        """Standard error, for progress, questions and warnings."""
        return _console(stderr=True)

    def clean(self, text: str) -> str:
        """Text that may be shown."""
        return printable(self.redactor.text(text))

    def line(self, text: str, limit: int = 400) -> str:
        """The same as one line, cut."""
        joined = " ".join(self.clean(text[: limit * 4]).split())
        return joined if len(joined) <= limit else f"{joined[: limit - 1]}…"

    def text(self, text: str, style: str = "") -> "Text":
        """Clean text for rich, in which nothing is markup."""
        from rich.text import Text

        return Text(self.clean(text), style=style)

    def show(self, *parts: "RenderableType") -> None:
        """Put a result on standard output."""
        if self.out.is_terminal:
            self._print(parts)
            return
        with self.out.capture() as captured:
            self._print(parts)
        self.out.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().split("\n")[:-1]))

    def _print(self, parts: "Sequence[RenderableType]") -> None:
        for part in parts:
            self.out.print(part, markup=False, highlight=False, emoji=False)

    def say(self, text: str, style: str = "") -> None:
        """Tell the person something beside the result."""
        self.err.print(self.text(text, style), markup=False, highlight=False, emoji=False)

    def data(self, value: Any) -> None:
        """Put a value on standard output as JSON."""
        self.plain(json.dumps(value, indent=2, ensure_ascii=True))

    def plain(self, text: str) -> None:
        """Put text on standard output as it is, only redacted; for formats that escape by themselves."""
        sys.stdout.write(self.redactor.text(text))
        sys.stdout.write("\n" * (not text.endswith("\n")))
        sys.stdout.flush()

    def raw(self, data: bytes) -> None:
        """Put these very bytes on standard output (GIT-06)."""
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

    def interactive(self) -> bool:
        """Whether a person can be asked: there is a terminal in, and one to show the question."""
        return sys.stdin.isatty() and self.err.is_terminal and not self.as_json


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    width = None if terminal or os.environ.get("COLUMNS") else PIPE_WIDTH
    return Console(stderr=stderr, width=width, force_terminal=terminal, soft_wrap=False, legacy_windows=False)
