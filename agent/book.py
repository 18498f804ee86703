"""What is known of each endpoint, kept between processes: learned from refusals, forgotten when it may have changed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from patchwright.agent.capabilities import Capabilities
from patchwright.agent.parse import Malformed, load_object

DAYS = 30
"""After so many days a record is begun anew: endpoints are updated."""


class Known(BaseModel):
    """The record of one model at one endpoint. `listed` is a digest of how its list of models names it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    capabilities: Capabilities = Capabilities()
    learned_at: datetime
    server: str = ""
    listed: str = ""


class CapabilityBook:
    """What is known of each (base_url, model); kept in `path` if given. A damaged file is begun anew."""

    def __init__(self, path: Path | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._now = now
        self._known: dict[str, Known] | None = None

    def get(self, base_url: str, model: str) -> Capabilities:
        """What is known, or the best case."""
        record = self.record(base_url, model)
        return record.capabilities if record else Capabilities()

    def record(self, base_url: str, model: str) -> Known | None:
        """The whole record; None if there is none, or it is too old."""
        if self._known is None:
            self._known = self._read()
        found = self._known.get(f"{base_url} {model}")
        return found if found and (self._now() - found.learned_at).days < DAYS else None

    def put(self, base_url: str, model: str, capabilities: Capabilities) -> None:
        """Remember what an exchange has shown."""
        found = self.record(base_url, model)
        if found is None or found.capabilities != capabilities:
            facts = {"server": found.server, "listed": found.listed} if found else {}
            self._write(base_url, model, Known(capabilities=capabilities, learned_at=self._now(), **facts))

    def listed(self, base_url: str, model: str, server: str, listing: str, context: int | None) -> None:
        """Remember how the endpoint lists the model; if that has changed, what was learned before is forgotten."""
        found = self.record(base_url, model)
        same = found is not None and found.listed in ("", listing)
        capabilities = found.capabilities if found and same else Capabilities()
        capabilities = capabilities.model_copy(update={"context": context or capabilities.context})
        at = found.learned_at if found and same else self._now()
        fresh = Known(capabilities=capabilities, learned_at=at, server=server, listed=listing)
        if fresh != found:
            self._write(base_url, model, fresh)

    def forget(self, base_url: str, model: str) -> None:
        """Begin anew with this model, from the best case: what is believed of it led to a refusal."""
        if self.record(base_url, model) is not None:
            self._write(base_url, model, None)

    def _write(self, base_url: str, model: str, record: Known | None) -> None:
        """Other processes' entries are kept. A full disk loses only the memory."""
        known = {**(self._known or {}), **self._read()}
        known.pop(f"{base_url} {model}", None)
        self._known = known if record is None else {**known, f"{base_url} {model}": record}
        if self._path is None:
            return
        text = json.dumps({key: value.model_dump(mode="json") for key, value in self._known.items()}, indent=1)
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(text)
            fresh.replace(self._path)
        except OSError:
            return

    def _read(self) -> dict[str, Known]:
        try:
            stored = load_object(self._path.read_bytes()) if self._path else {}
            return {key: Known.model_validate(value) for key, value in stored.items()}
        except (OSError, Malformed, ValidationError):
            return {}
