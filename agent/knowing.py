"""What a run knows of its repository: the map in the planner's first message, and the index behind the symbols tool."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from patchwright.agent.session import Session
from patchwright.tools.knowledge.languages import language_of
from patchwright.tools.knowledge.mapping import MapMaker
from patchwright.tools.untrusted import clean

if TYPE_CHECKING:
    from patchwright.tools.knowledge.known import Known

MAP = "map.txt"
MAP_SECONDS = 10.0
"""How long a first request waits for the map: a repository that takes longer to be read goes without."""
FEWEST = 8
"""A repository of fewer source files is read as quickly as its map."""
TOOL_SECONDS = 20.0
"""How long a tool waits for the index that another process makes."""


def begin_map(session: Session) -> None:
    """Have the map made meanwhile, if a model will read it and it says more than the list of files."""
    issue = session.issue
    if session.map_maker is not None or not session.deps.models("planner") or _stored(session) is not None:
        return
    tree = session.repository.tree(issue.base_commit)
    sources = [entry for entry in tree.entries() if entry.regular and language_of(entry.path)]
    if len(sources) >= FEWEST:
        text = clean(f"{issue.title}\n\n{issue.body}").text
        session.map_maker = MapMaker(session.repository.git_dir, sources, text)


def map_of(session: Session) -> str:
    """The map for this issue, made once: a conversation that is rebuilt begins with the same words."""
    stored = _stored(session)
    if stored is not None:
        return stored.decode()
    begin_map(session)
    made = session.map_maker.result(MAP_SECONDS) if session.map_maker is not None else ""
    text = session.deps.redactor.text(made)
    session.ledger.artifact(MAP, text.encode())
    return text


def knowledge(session: Session, commit: Callable[[], str]) -> "Callable[[], AbstractContextManager[Known]]":
    """Opens the index of the commit that is the current one then."""

    def opened() -> "AbstractContextManager[Known]":
        from patchwright.tools.knowledge.index import index_path
        from patchwright.tools.knowledge.known import known

        return known(index_path(session.repository.git_dir), session.repository.tree(commit()), TOOL_SECONDS)

    return opened


def _stored(session: Session) -> bytes | None:
    return session.deps.store.artifact(session.ledger.run_id, MAP)
