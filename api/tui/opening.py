"""Opens the screen: on which store or server, in which colours."""

import os
import re
import select
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from patchwright.agent.errors import UsageError
from patchwright.api import exits
from patchwright.api.who import identity

if TYPE_CHECKING:
    from collections.abc import Callable

    from patchwright.api.place import Place
    from patchwright.api.tui.source import Hands, Source

KEY = "PATCHWRIGHT_KEY"
"""The environment variable that holds the key of a server."""
PATIENCE = 0.25
"""Seconds that a terminal has to say what its background is."""
_BACKGROUND = re.compile(rb"\]11;rgba?:([0-9a-fA-F]+)/([0-9a-fA-F]+)/([0-9a-fA-F]+)")
_END = re.compile(rb"\[\?[0-9;]*c")
_FEW_COLOURS = ("linux", "vt100", "vt220", "ansi", "dumb", "xterm", "screen", "rxvt")
"""Terminals that promise no more than 16 colours."""


def open_screen(name: str, *, by: str, config: str, server: str, theme: str) -> int:
    """The screen until the person leaves it. Raises `UsageError` without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "There is no terminal to draw on. `patchwright run`, `show`, `events --follow` and `diff` "
            "say the same as lines."
        )
    from patchwright.api.place import open_place
    from patchwright.api.tui.app import PatchwrightApp
    from patchwright.api.tui.ink import INKS

    place = open_place(config=config)
    run_id, source, hands = _at_server(name, server) if server else _here(place, name, identity(by, os.environ))
    drafts = place.settings.state / "drafts"
    app = PatchwrightApp(place.screen, INKS[chosen_ink(theme, os.environ)], source, hands, run_id, drafts=drafts)
    app.run()
    for line in app.parting:
        place.screen.say(line)
    if app.defect is not None:
        raise app.defect
    return exits.VERIFIED


Opened = tuple[str, "Source", "Callable[[], Hands]"]
"""The run to begin with ("" for none), what is seen, and what makes the hands."""


def _here(place: "Place", name: str, who: str) -> Opened:
    from patchwright.api.tui.seeing import StoreSource

    def hands() -> "Hands":
        from patchwright.api.tui.local import LocalHands

        return LocalHands(place, who)

    return place.find(name) if name else "", StoreSource(place), hands


def _at_server(name: str, server: str) -> Opened:
    """Raises `UsageError` without a key."""
    from patchwright.api.http.client import Client
    from patchwright.api.tui.remote import RemoteHands, RemoteSource

    key = os.environ.get(KEY, "")
    if not key:
        raise UsageError(f"{server} wants a key: put it into {KEY}. `patchwright keys create` makes one there.")
    client = Client(server, key)
    source = RemoteSource(client, server)
    return source.find(name) if name else "", source, lambda: RemoteHands(client)


def chosen_ink(theme: str, environ: Mapping[str, str]) -> str:
    """The palette: as asked for, else by what the terminal can and how bright it is."""
    if theme != "auto":
        return theme
    if "NO_COLOR" in environ or not _many_colours(environ):
        return "terminal"
    light = _from_variable(environ.get("COLORFGBG", ""))
    return "light" if (light if light is not None else _asked()) else "dark"


def _many_colours(environ: Mapping[str, str]) -> bool:
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return True
    return environ.get("TERM", "") not in _FEW_COLOURS


def _from_variable(value: str) -> bool | None:
    """COLORFGBG is "15;0": the last number is the background's place in the palette."""
    last = value.rpartition(";")[2]
    return int(last) in (7, *range(9, 16)) if last.isdigit() else None


def _asked() -> bool:
    """Whether the terminal says that its background is light; a terminal that says nothing is dark."""
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        os.write(sys.stdout.fileno(), b"\x1b]11;?\x1b\\\x1b[c")  # every terminal answers the second question
        return is_light(_answer(descriptor))
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)


def _answer(descriptor: int) -> bytes:
    answer, until = b"", time.monotonic() + PATIENCE
    while not _END.search(answer) and (left := until - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            answer += os.read(descriptor, 1024)
    return answer


def is_light(answer: bytes) -> bool:
    """Whether a terminal's answer names a light background."""
    found = _BACKGROUND.search(answer)
    if not found:
        return False
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
    return bool(0.299 * red + 0.587 * green + 0.114 * blue > 0.5)
