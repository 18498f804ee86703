"""The console entry: as little as possible before the rest is loaded."""

import gc
import io
import os
import signal
import sys

COLLECT_AFTER = 20_000
"""New objects after which garbage is collected: importing makes many and no garbage, and this saves a tenth of it."""


def main() -> None:
    """Load the command and run it. Pydantic need not look through all that is installed for plugins.

    While nothing has been begun, Ctrl-C just ends the process, as it ends any other.
    """
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    gc.set_threshold(COLLECT_AFTER)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from patchwright.api.cli import app

    signal.signal(signal.SIGINT, handler)
    app(prog_name="patchwright")
