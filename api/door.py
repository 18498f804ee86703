"""Where errors end: one clear message on standard error, an exit code, and no traceback for a person."""

import errno
import os
import sys
from pathlib import Path
from typing import Any

from typer import Abort, Exit, TyperException
from typer.core import TyperGroup

LOG = "errors.log"
BY_CTRL_C = 130
"""Ctrl-C before or after the work on a run; during it, the run is parked (3)."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Door(TyperGroup):
    """Runs a command; what it raises becomes a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """The command's result. Raises `typer.Exit`."""
        try:
            return super().invoke(ctx)
        except (Exit, Abort, TyperException, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            _say("Interrupted. What was begun is kept: `patchwright list` shows it, `patchwright resume RUN` goes on.")
            raise Exit(BY_CTRL_C) from None
        except Exception as error:  # the door: every other error is told here, its traceback kept
            raise Exit(tell(error)) from None


def tell(error: Exception) -> int:
    """Say what went wrong and return the exit code."""
    from patchwright.agent.errors import PatchwrightError
    from patchwright.api import exits
    from patchwright.api.extras import extra_of
    from patchwright.sandbox.errors import SandboxError

    match error:
        case ModuleNotFoundError(name=str(name)) if extra := extra_of(name):
            _say(
                f"This needs {name}, which a default installation does not have: pip install 'patchwright[{extra}]' "
                "in the environment of this patchwright."
            )
            return exits.USAGE
        case PatchwrightError() | SandboxError():
            _say(str(error))
            return exits.of_error(error)
        case OSError(errno=number) if number in NO_ROOM:
            where = f" for {error.filename}" if error.filename else ""
            _say(f"There is no room left{where}. Nothing that was recorded is lost: free disk space, then try again.")
            return exits.INFRASTRUCTURE
        case _:
            kind, words = type(error).__name__, " ".join(str(error).split())[:300]
            _say(f"This is a defect of patchwright: {kind}: {words}. {_keep_traceback(error)}")
            return exits.INFRASTRUCTURE


def _say(text: str) -> None:
    from patchwright.tools.untrusted import printable

    sys.stderr.write(f"patchwright: {printable(_redacted(text))}\n")
    sys.stderr.flush()


def _keep_traceback(error: Exception) -> str:
    """Append the traceback to the log and say where it is."""
    import traceback

    text = _redacted("".join(traceback.format_exception(error)))
    path = _state() / LOG
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
            file.write(f"{text}\n")
    except OSError as problem:
        return f"Its traceback cannot be kept in {path} ({problem.strerror}):\n{text}"
    return f"The run, if there is one, is parked. The traceback is in {path}."


def _redacted(text: str) -> str:
    from patchwright.agent.config import from_environment
    from patchwright.agent.errors import UsageError
    from patchwright.tools.secrets import Redactor

    try:
        secrets = from_environment(os.environ, Path.cwd()).secrets()
    except (UsageError, OSError):
        secrets = ()
    return Redactor(secrets).text(text)


def _state() -> Path:
    """The state folder, also when the settings cannot be read."""
    import platformdirs

    named = os.environ.get("PATCHWRIGHT_STATE")
    return Path(named) if named else platformdirs.PlatformDirs("patchwright", appauthor=False).user_state_path
