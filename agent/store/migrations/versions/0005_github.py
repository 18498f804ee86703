"""What GitHub delivered, what was asked there, which runs it is about, what we posted, and who works on it."""

revision, down_revision = "0005", "0004"

TABLES = """
CREATE TABLE github_deliveries (guid TEXT PRIMARY KEY, event TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
-- `run_id` is promised before anything is done for an ask: it starts one run however often it is tried.
CREATE TABLE github_asks (
    key TEXT PRIMARY KEY, ask TEXT NOT NULL, run_id TEXT NOT NULL, said_at TEXT NOT NULL, at TEXT NOT NULL,
    state TEXT NOT NULL, tries INTEGER NOT NULL, until REAL NOT NULL, result TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX github_asks_waiting ON github_asks (state, said_at, key);
CREATE TABLE github_conversations (
    run_id TEXT PRIMARY KEY, repository_id BIGINT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL,
    record TEXT NOT NULL, is_open INTEGER NOT NULL, until REAL NOT NULL, seen INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX github_conversations_at ON github_conversations (repository_id, number, at);
CREATE INDEX github_conversations_open ON github_conversations (is_open, until);
-- `remote` is GitHub's number of what was posted; 0 while we only meant to.
CREATE TABLE github_posts (
    key TEXT PRIMARY KEY, remote BIGINT NOT NULL, digest TEXT NOT NULL, at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX github_posts_remote ON github_posts (remote);
-- Who works at the desk: one process at a time.
CREATE TABLE github_desk (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
INSERT INTO github_desk VALUES ('worker', '', 0);
"""


def upgrade() -> None:
    """Alembic's."""
    from patchwright.agent.store.migrations.step import apply

    apply(TABLES)
