-- Version 2. One file holds everything; LangGraph's checkpoint tables live beside these.
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
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
    candidates INTEGER NOT NULL DEFAULT 1,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    pause_by TEXT NOT NULL DEFAULT '',
    fence INTEGER NOT NULL DEFAULT 0,
    holder TEXT NOT NULL DEFAULT '',
    holder_until REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS plans (
    run_id TEXT NOT NULL, revision INTEGER NOT NULL, sha256 TEXT NOT NULL, plan TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (run_id, revision)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS approvals (
    id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, revision INTEGER NOT NULL, sha256 TEXT NOT NULL,
    decision TEXT NOT NULL, approver TEXT NOT NULL, notes TEXT NOT NULL, at TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS approvals_once ON approvals (run_id, revision);
-- What was asked of the outside and what it answered: a key is answered once and never asked again.
CREATE TABLE IF NOT EXISTS calls (
    run_id TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, answer BLOB NOT NULL, usage TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (run_id, key)
) WITHOUT ROWID;
-- What runs have spent since a moment is read off this index alone.
CREATE INDEX IF NOT EXISTS calls_at ON calls (at, usage);
-- What humans say to a run that works; `heard` is the key of the call that it reached, '' until then.
CREATE TABLE IF NOT EXISTS said (
    run_id TEXT NOT NULL, number INTEGER NOT NULL, by TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,
    heard TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempts (
    run_id TEXT NOT NULL, candidate INTEGER NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL, author TEXT NOT NULL,
    start_commit TEXT NOT NULL, end_commit TEXT NOT NULL, result TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (run_id, candidate, step, attempt)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    run_id TEXT NOT NULL, seq INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS artifacts (
    run_id TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (run_id, name)
);
CREATE TABLE IF NOT EXISTS cache (key TEXT PRIMARY KEY, data BLOB NOT NULL, at TEXT NOT NULL);
