"""What every command begins with: settings, the store, and a screen that knows our secrets."""

import os
from dataclasses import dataclass
from pathlib import Path

from patchwright.agent.config import Settings, from_environment
from patchwright.agent.store.database import open_database
from patchwright.agent.store.store import Store
from patchwright.api.naming import find
from patchwright.api.screen import Screen
from patchwright.tools.secrets import Redactor


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command works."""

    settings: Settings
    store: Store
    screen: Screen

    def find(self, name: str) -> str:
        """The run that was named. Raises `RunNotFound`."""
        return find(self.store, name)


def open_place(*, as_json: bool = False, config: str = "", presence: int = 0) -> Place:
    """Read the settings, open the store; `presence` as in `open_database`. Raises `UsageError` or `StoreUnusable`."""
    settings = from_environment(os.environ, Path.cwd(), Path(config) if config else None)
    screen = Screen(Redactor(settings.secrets()), as_json)
    return Place(settings, open_store(settings, presence), screen)


def open_store(settings: Settings, presence: int = 0) -> Store:
    """The store of the state folder or the server, made if it is not there. Raises `StoreUnusable`."""
    from patchwright.agent.errors import StoreUnusable

    try:
        return Store(open_database(settings.store(), presence))
    except OSError as error:
        raise StoreUnusable(
            f"The state folder {settings.state} cannot be used ({error.strerror}). "
            "Make it writable, or name another in PATCHWRIGHT_STATE."
        ) from error
