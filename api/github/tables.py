"""The tables of this door: what GitHub delivered, what was asked, which runs it is about, what we posted."""

from patchwright.agent.store.database import Database

_STATEMENTS = (
    "CREATE TABLE IF NOT EXISTS github_deliveries (guid TEXT PRIMARY KEY, event TEXT NOT NULL, at TEXT NOT NULL)",
    # `run_id` is promised before anything is done for an ask: it starts one run however often it is tried.
    """CREATE TABLE IF NOT EXISTS github_asks (
    key TEXT PRIMARY KEY, ask TEXT NOT NULL, run_id TEXT NOT NULL, said_at TEXT NOT NULL, at TEXT NOT NULL,
    state TEXT NOT NULL, tries INTEGER NOT NULL, until REAL NOT NULL, result TEXT NOT NULL
)""",
    "CREATE INDEX IF NOT EXISTS github_asks_waiting ON github_asks (state, said_at, key)",
    """CREATE TABLE IF NOT EXISTS github_conversations (
    run_id TEXT PRIMARY KEY, repository_id BIGINT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL,
    record TEXT NOT NULL, is_open INTEGER NOT NULL, until REAL NOT NULL
)""",
    "CREATE INDEX IF NOT EXISTS github_conversations_at ON github_conversations (repository_id, number, at)",
    "CREATE INDEX IF NOT EXISTS github_conversations_open ON github_conversations (is_open)",
    # `remote` is GitHub's number of what was posted; 0 while we only meant to.
    """CREATE TABLE IF NOT EXISTS github_posts (
    key TEXT PRIMARY KEY, remote BIGINT NOT NULL, digest TEXT NOT NULL, at TEXT NOT NULL
)""",
)


def prepare(database: Database) -> None:
    """Make the tables if they are not there."""
    with database.transaction() as connection:
        for statement in _STATEMENTS:
            connection.execute(database.schema(statement))
