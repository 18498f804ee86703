"""Commits of ours on their way to other machines: where the store is shared, each is kept there as a pack.

The clone is still what a run works in; a machine that has none makes it from the run's repository.
"""

from pathlib import Path

from patchwright.agent.issue import Issue
from patchwright.agent.store.ledger import Ledger
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.source import open_source

PACK = "commits/"


def open_clone(ledger: Ledger, issue: Issue, cache: Path) -> Repository:
    """The run's clone on this machine, with every commit that was made for the run on another one.

    Raises `SourceRefused` if it is not there and cannot be had.
    """
    store, run_id = ledger.store, ledger.run_id
    if not store.database.presence():  # nobody else reads this store
        return Repository(cache / issue.clone)
    if not (cache / issue.clone).exists():
        open_source(issue.repository, cache=cache, revision=issue.base_commit)[0].close()

    def carry(commit: str, parent: str) -> None:
        ledger.artifact(f"{PACK}{commit}", repository.pack(commit, parent))

    repository = Repository(cache / issue.clone, made=carry)
    for name in store.artifacts(run_id):
        if name.startswith(PACK) and not repository.has(name.removeprefix(PACK)):
            repository.unpack(store.artifact(run_id, name) or b"")
    return repository
