"""Migrating through alembic: only what migrates an old database imports this."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from alembic import command, op
from alembic.config import Config

from patchwright.agent.store.migrations.bring import statements

if TYPE_CHECKING:
    from patchwright.agent.store.database import Database

HERE = Path(__file__).parent
_ALONE = threading.Lock()
"""What alembic migrates now stands in a global of its module `op`."""


def upgrade(database: "Database", to: str = "head") -> None:
    """All versions behind the database's own, up to that one, in one transaction."""
    with database.migrated() as connection, _ALONE:
        config = Config(attributes={"connection": connection, "database": database})
        config.set_main_option("script_location", str(HERE))
        command.upgrade(config, to)


def apply(tables: str) -> None:
    """Run the statements of a version, in the words of the database that is migrated."""
    for statement in statements(tables):
        _connection().exec_driver_sql(_database().schema(statement))


def rows(query: str) -> list[dict[str, Any]]:
    """What a query without arguments finds in the database that is migrated."""
    return [dict(row) for row in _connection().exec_driver_sql(query).mappings()]


def change(statement: str, arguments: Mapping[str, Any]) -> None:
    """Run a statement with arguments, written as `:name`."""
    from sqlalchemy import text

    _connection().execute(text(statement), dict(arguments))


def _connection() -> Any:
    return op.get_bind()


def _database() -> "Database":
    return cast("Database", op.get_context().opts["database"])
