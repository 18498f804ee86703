"""`keys create | list | revoke | audit`."""

import json
import os
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from patchwright.agent.errors import UsageError
from patchwright.agent.store.store import Store, stamp
from patchwright.api import exits
from patchwright.api.http.audit import Act, Audit
from patchwright.api.http.keys import ApiKey, KeyLimits, Keys, new_key_id
from patchwright.api.http.rights import RANKS, Role
from patchwright.api.place import open_place
from patchwright.api.screen import Screen
from patchwright.api.who import LONGEST, identity
from patchwright.api.wording import count

if TYPE_CHECKING:
    from rich.table import Table


def create(
    role: str, name: str, repositories: tuple[str, ...], expires: str, limits: KeyLimits, *, as_json: bool
) -> int:
    """Make a key; its text goes to standard output and nowhere else."""
    place, who = open_place(as_json=as_json), identity("", os.environ)
    key = ApiKey(
        id=new_key_id(),
        name=_named(name or role),
        role=_role(role),
        repositories=repositories,
        limits=limits,
        created_at=place.store.now(),
        created_by=who,
        expires_at=_until(place.store, expires),
    )
    text = Keys(place.store.database).add(key)
    Audit(place.store).add(Act(action="keys create", who=who, told=f"{key.id} {key.name} {key.role}"))
    if not as_json:
        place.screen.say("This key is shown once; only its hash is kept:")
    told = json.dumps({**key.model_dump(mode="json"), "key": text}, indent=2) if as_json else text
    place.screen.raw(f"{told}\n".encode())  # not by way of the redactor, which knows the shape of keys
    return exits.VERIFIED


def list_keys(*, as_json: bool) -> int:
    """All keys, without their secrets."""
    place = open_place(as_json=as_json)
    found, now = Keys(place.store.database).all(), place.store.now()
    if as_json:
        place.screen.data([key.model_dump(mode="json") for key in found])
    elif found:
        place.screen.show(_table(place.screen, found, now))
    else:
        place.screen.say("There is no key yet. `patchwright keys create --role admin` makes one.")
    return exits.VERIFIED


def revoke(name: str, *, as_json: bool) -> int:
    """Shut a key."""
    place, who = open_place(as_json=as_json), identity("", os.environ)
    key = Keys(place.store.database).revoke(name, place.store.now())
    Audit(place.store).add(Act(action="keys revoke", who=who, told=f"{key.id} {key.name}"))
    if as_json:
        place.screen.data(key.model_dump(mode="json"))
    else:
        place.screen.show(place.screen.text(f"Key {key.id} ({key.name}) opens nothing any more."))
    return exits.VERIFIED


def audit(limit: int, *, as_json: bool) -> int:
    """The newest lines, oldest of them first; whether the log is whole."""
    place = open_place(as_json=as_json)
    log = Audit(place.store)
    lines, changed = log.lines(limit=limit)[::-1], log.first_changed()
    if as_json:
        place.screen.data({"lines": [line.model_dump(mode="json") for line in lines], "first_changed": changed})
    for line in () if as_json else lines:
        words = [line.at, line.who or "?", line.address, line.action, line.run_id[:8], line.told]
        mark = "" if line.result == "done" else "REFUSED "
        place.screen.show(place.screen.text(place.screen.line(mark + "  ".join(word for word in words if word))))
    if changed:
        place.screen.say(f"Line {changed} of the audit log is not as it was written, or one before it is gone.", "red")
    elif not as_json:
        place.screen.say(f"{count(len(lines), 'line')}; the log is whole.")
    return exits.UNVERIFIED if changed else exits.VERIFIED


def _role(given: str) -> Role:
    found: list[Role] = [role for role in RANKS if role == given]
    if not found:
        raise UsageError(f"There is no role {given!r}. There are: {', '.join(RANKS)}.")
    return found[0]


def _named(name: str) -> str:
    if not name.strip() or len(name) > LONGEST or not name.isprintable():
        raise UsageError(f"The name of a key has 1 to {LONGEST} printable characters.")
    return name


def _until(store: Store, given: str) -> str:
    """A date, or so many days from now, as it is stored. Raises `UsageError`."""
    if not given:
        return ""
    if days := re.fullmatch(r"([1-9][0-9]{0,4})d", given):
        return stamp(store.clock() + timedelta(days=int(days[1])))
    try:
        return stamp(datetime.fromisoformat(given).replace(tzinfo=UTC))
    except ValueError:
        raise UsageError(f"--expires takes a date such as 2027-01-31, or days such as 90d, not {given!r}.") from None


def _table(screen: Screen, keys: list[ApiKey], now: str) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for head in ("id", "name", "role", "repositories", "made (UTC)", ""):
        table.add_column(head)
    for key in keys:
        scope = ", ".join(key.repositories) or "all"
        state = "revoked" if key.revoked_at else f"until {key.expires_at[:10]}" if key.expires_at else ""
        style = "" if key.is_valid(now) else "dim"
        cells = (key.id, key.name, key.role, scope, key.created_at[:16].replace("T", " "), state)
        table.add_row(*(screen.text(cell, style) for cell in cells))
    return table
