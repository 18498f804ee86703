"""Who works on queued runs."""

revision, down_revision = "0006", "0005"

TABLES = """
CREATE TABLE workers (
    name TEXT PRIMARY KEY, graph_version TEXT NOT NULL, concurrency INTEGER NOT NULL, since TEXT NOT NULL
) WITHOUT ROWID;
"""


def upgrade() -> None:
    """Alembic's."""
    from patchwright.agent.store.migrations.step import apply

    apply(TABLES)
