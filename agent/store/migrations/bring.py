"""Bringing a database up to date. An up-to-date one is recognised by one statement, and nothing is imported for it.

A new database is made by the tables of all versions, one after the other; an old one goes through alembic, which
costs 0.4 s to import and also moves the data.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module, resources
from typing import TYPE_CHECKING

from patchwright.agent.errors import StoreUnusable

if TYPE_CHECKING:
    from patchwright.agent.store.database import Connection, Database

VERSIONS = "patchwright.agent.store.migrations.versions"
BEFORE_ALEMBIC: Mapping[str, str] = {"1": "0001", "2": "0002"}
"""What the first releases wrote into their table `meta`, and the version that it is."""


def bring_up_to_date(database: "Database") -> None:
    """Make the tables or migrate them: all of it or nothing, and once, however many want it at the same time.

    Raises `StoreUnusable` if a newer patchwright has written the database.
    """
    known = versions()
    newest = known[-1][:4]
    found = _version(database)
    if found == newest:
        return
    if not found:
        _create(database, known)
    elif found in {name[:4] for name in known}:
        _migrate(database)
    else:
        raise StoreUnusable(
            f"The store {database.name} has schema version {found}; this patchwright knows {newest}. "
            "Use the version that wrote it, or another PATCHWRIGHT_STATE folder."
        )


def versions() -> list[str]:
    """The names of all versions, oldest first; each begins with its number of four digits."""
    files = resources.files("patchwright.agent.store.migrations").joinpath("versions").iterdir()
    return sorted(file.name.removesuffix(".py") for file in files if file.name[:4].isdigit())


def statements(text: str) -> Iterator[str]:
    """The statements of a text, without its comments."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("--"))
    return (one.strip() for one in "\n".join(lines).split(";") if one.strip())


def _version(database: "Database") -> str:
    """The number of the version, what stands there if it is none, "" if there are no tables yet."""
    if database.has_table("alembic_version"):
        row = database.connection().execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row["version_num"]) if row else ""
    if not database.has_table("meta"):
        return ""
    row = database.connection().execute("SELECT value FROM meta WHERE key='schema'").fetchone()
    return BEFORE_ALEMBIC.get(row["value"], row["value"]) if row else ""


def _create(database: "Database", known: list[str]) -> None:
    with database.alone() as connection:
        if not database.has_table("alembic_version"):
            for name in known:
                for statement in statements(import_module(f"{VERSIONS}.{name}").TABLES):
                    connection.execute(database.schema(statement))
            _stamp(database, connection, known[-1][:4])


def _stamp(database: "Database", connection: "Connection", version: str) -> None:
    """As alembic does it."""
    table = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
    connection.execute(database.schema(table))
    connection.execute("INSERT INTO alembic_version VALUES (?)", (version,))


def _migrate(database: "Database") -> None:
    with database.alone() as connection:
        if not database.has_table("alembic_version"):
            _stamp(database, connection, _version(database))
    from patchwright.agent.store.migrations.step import upgrade

    upgrade(database)
