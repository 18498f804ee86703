"""Who may call, who asked for which run, who did what, who is logged in."""

revision, down_revision = "0004", "0003"

TABLES = """
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, repositories TEXT NOT NULL, limits TEXT NOT NULL,
    sha256 TEXT NOT NULL, created_at TEXT NOT NULL, created_by TEXT NOT NULL, expires_at TEXT NOT NULL,
    revoked_at TEXT NOT NULL
) WITHOUT ROWID;
-- What a door has promised before anything is done for it: the run's id, who asked, and their own word for it.
CREATE TABLE requests (
    run_id TEXT PRIMARY KEY, key_id TEXT NOT NULL, asked_by TEXT NOT NULL, at TEXT NOT NULL, repository TEXT NOT NULL,
    word TEXT NOT NULL, sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX requests_once ON requests (key_id, word);
CREATE INDEX requests_at ON requests (key_id, at);
-- Rows are only added, each with a hash over itself and the one before.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, key_id TEXT NOT NULL, address TEXT NOT NULL,
    action TEXT NOT NULL, run_id TEXT NOT NULL, result TEXT NOT NULL, told TEXT NOT NULL, sha256 TEXT NOT NULL
);
CREATE TABLE logins (sha256 TEXT PRIMARY KEY, key_id TEXT NOT NULL, until TEXT NOT NULL) WITHOUT ROWID;
"""


def upgrade() -> None:
    """Alembic's."""
    from patchwright.agent.store.migrations.step import apply

    apply(TABLES)
