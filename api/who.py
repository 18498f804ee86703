"""Which human decides: every approval carries a name (APR-09)."""

import os
import socket
from collections.abc import Mapping

from patchwright.agent.errors import UsageError

LONGEST = 100


def identity(given: str, environ: Mapping[str, str], via: str = "terminal") -> str:
    """The person as it is recorded: "name@host (terminal)".

    The name is what was `given`, else PATCHWRIGHT_USER, else the operating system's user.
    Raises `UsageError` for a name that is empty, too long or not printable.
    """
    name = given or environ.get("PATCHWRIGHT_USER", "") or _system_user()
    if not name.strip() or len(name) > LONGEST or not name.isprintable():
        raise UsageError(
            f"The name {name[:LONGEST]!r} cannot stand in a record: give 1 to {LONGEST} printable characters."
        )
    return f"{name if '@' in name else f'{name}@{socket.gethostname()}'} ({via})"


def _system_user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"
