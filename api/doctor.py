"""`doctor`: is everything there, and how is what is missing fixed."""

from dataclasses import asdict
from importlib.metadata import version

from patchwright.api import exits
from patchwright.api.health import Health, examine
from patchwright.api.place import open_place
from patchwright.api.screen import Screen

SIGNS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "bad": ("BAD", "bold red")}


def doctor(*, as_json: bool, live: bool = False) -> int:
    """Look at everything; 4 if runs will fail. `live` asks each model two small questions."""
    place = open_place(as_json=as_json)
    found: list[Health] = []
    for health in examine(place.settings, place.screen.redactor, live):
        found.append(health)
        if not as_json:
            _tell(place.screen, health)
    good = all(health.state != "bad" for health in found)
    if as_json:
        place.screen.data({"version": version("patchwright"), "ok": good, "checks": [asdict(one) for one in found]})
    return exits.VERIFIED if good else exits.INFRASTRUCTURE


def _tell(screen: Screen, health: Health) -> None:
    from rich.table import Table

    word, style = SIGNS[health.state]
    table = Table.grid(padding=(0, 1))
    table.add_column(width=4)
    table.add_column(width=16)
    table.add_column(overflow="fold")
    table.add_row(screen.text(word, style), screen.text(health.what), screen.text(health.found))
    if health.fix:
        table.add_row("", "", screen.text(health.fix, "" if health.state == "ok" else "yellow"))
    screen.show(table)
