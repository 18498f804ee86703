"""The repository of a run as a column of its own."""

import json

revision, down_revision = "0003", "0002"

TABLES = """
-- What a run works on, as a column: limits and lists ask for it.
ALTER TABLE runs ADD COLUMN repository TEXT NOT NULL DEFAULT '';
CREATE INDEX runs_repository ON runs (repository, created_at);
CREATE INDEX runs_created ON runs (created_at, id);
-- The first releases look here and refuse what they do not know.
INSERT INTO meta VALUES ('schema', '3') ON CONFLICT (key) DO UPDATE SET value=excluded.value;
"""


def upgrade() -> None:
    """Alembic's."""
    from patchwright.agent.store.migrations.step import apply, change, rows

    apply(TABLES)
    for run in rows("SELECT id, issue FROM runs"):
        repository = json.loads(run["issue"])["repository"]
        change("UPDATE runs SET repository=:repository WHERE id=:id", {"repository": repository, "id": run["id"]})
