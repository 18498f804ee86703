"""Runs, plans, approvals, calls, attempts, events, artifacts: the first release."""

revision, down_revision = "0001", None

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    issue TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    graph_version TEXT NOT NULL,
    outcome TEXT,
    verdict TEXT NOT NULL DEFAULT 'none',
    reason TEXT NOT NULL DEFAULT '',
    sandbox TEXT NOT NULL DEFAULT 'docker',
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    holder TEXT NOT NULL DEFAULT '',
    holder_until REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE plans (
    run_id TEXT NOT NULL, revision INTEGER NOT NULL, sha256 TEXT NOT NULL, plan TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (run_id, revision)
) WITHOUT ROWID;
CREATE TABLE approvals (
    id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, revision INTEGER NOT NULL, sha256 TEXT NOT NULL,
    decision TEXT NOT NULL, approver TEXT NOT NULL, notes TEXT NOT NULL, at TEXT NOT NULL
);
CREATE UNIQUE INDEX approvals_once ON approvals (run_id, revision);
-- What was asked of the outside and what it answered: a key is answered once and never asked again.
CREATE TABLE calls (
    run_id TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, answer BLOB NOT NULL, usage TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (run_id, key)
) WITHOUT ROWID;
CREATE TABLE attempts (
    run_id TEXT NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL, author TEXT NOT NULL,
    start_commit TEXT NOT NULL, end_commit TEXT NOT NULL, result TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (run_id, step, attempt)
) WITHOUT ROWID;
CREATE TABLE events (
    run_id TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;
CREATE TABLE artifacts (
    run_id TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (run_id, name)
);
CREATE TABLE cache (key TEXT PRIMARY KEY, data BLOB NOT NULL, at TEXT NOT NULL);
"""


def upgrade() -> None:
    """Alembic's."""
    from patchwright.agent.store.migrations.step import apply

    apply(TABLES)
