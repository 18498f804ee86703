"""Candidates, pauses, what humans say, spending by day."""

revision, down_revision = "0002", "0001"

TABLES = """
ALTER TABLE runs ADD COLUMN candidates INTEGER NOT NULL DEFAULT 1;
ALTER TABLE runs ADD COLUMN pause_by TEXT NOT NULL DEFAULT '';
CREATE INDEX calls_at ON calls (at, usage);
CREATE TABLE said (
    run_id TEXT NOT NULL, number INTEGER NOT NULL, by TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,
    heard TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, number)
) WITHOUT ROWID;
ALTER TABLE attempts RENAME TO attempts_1;
CREATE TABLE attempts (
    run_id TEXT NOT NULL, candidate INTEGER NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL,
    author TEXT NOT NULL,
    start_commit TEXT NOT NULL, end_commit TEXT NOT NULL, result TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (run_id, candidate, step, attempt)
) WITHOUT ROWID;
INSERT INTO attempts
SELECT run_id, 1, step, attempt, author, start_commit, end_commit, result, reason, at FROM attempts_1;
DROP TABLE attempts_1;
"""


def upgrade() -> None:
    """Alembic's."""
    from patchwright.agent.store.migrations.step import apply

    apply(TABLES)
