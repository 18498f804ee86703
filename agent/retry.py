"""When to ask again, and how long to wait before (LLM-06)."""

import email.utils
from collections.abc import Mapping

RETRIED = frozenset({408, 409, 429})
"""Statuses that are asked again, beside every 5xx."""

LONGEST_WAIT = 60.0
"""Seconds of `Retry-After` that are honoured by waiting; beyond that the run is parked."""

_FIRST, _MOST = 0.5, 15.0


def retried(status: int) -> bool:
    """Whether this status may go away by itself."""
    return status in RETRIED or status >= 500


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that the endpoint asks to wait (`Retry-After` in seconds or as a date), if it does.

    `now` is Unix time.
    """
    value = headers.get("retry-after", "").strip()
    if value.replace(".", "", 1).isdigit() and value.isascii():
        return float(value[:12])
    parsed = email.utils.parsedate_tz(value) if value else None
    return max(0.0, email.utils.mktime_tz(parsed) - now) if parsed else None


def backoff(tries: int, chance: float) -> float:
    """Seconds before try number `tries` + 1; doubled each time, spread by `chance` in 0..1."""
    return min(_MOST, _FIRST * 2.0 ** (tries - 1)) * (0.5 + chance / 2)
