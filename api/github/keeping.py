"""Conversations are kept up to date: what GitHub shows is drawn again from what the store knows, until the run is over.

Nothing here remembers anything: a process that takes over goes on from the tables (REL-01).
"""

from patchwright.agent.run import ENDED, Run
from patchwright.api.github.beginning import known
from patchwright.api.github.book import Conversation
from patchwright.api.github.door import GithubDoor
from patchwright.api.github.errors import GithubBusy, GithubError
from patchwright.api.github.publishing import NotPublished, publish
from patchwright.api.github.reading import told
from patchwright.api.github.telling import status

SOON = 2.0
"""Seconds between two looks at a run that is worked on; a comment is edited only if it changes."""


def keep_up(door: GithubDoor) -> int:
    """Look at every conversation that is not over; how many there were."""
    held = door.book.hold_open()
    for conversation in held:
        door.book.release(conversation, _looked_after(door, conversation))
    return len(held)


def _looked_after(door: GithubDoor, conversation: Conversation) -> float:
    """Bring one up to date; in how many seconds to look again."""
    run = known(door, conversation.run_id)
    if run is None:
        return SOON
    try:
        _bring_up_to_date(door, conversation, run)
    except GithubBusy as busy:
        return busy.seconds
    except GithubError as error:
        door.book.change(run.id, ended=run.status in ENDED, told=str(error))
        return SOON * 15
    return SOON


def _bring_up_to_date(door: GithubDoor, conversation: Conversation, run: Run) -> None:
    over = run.status in ENDED
    if over and run.outcome == "patch" and run.status != "rejected":
        conversation = _published(door, conversation, run)
    repository = door.repository(conversation.place)
    poster = door.poster(conversation.place, repository.full_name)
    facts = told(door.book, conversation)
    poster.keep("status", run.id, conversation.place.number, status(facts), since=run.created_at)
    if over:
        door.book.change(run.id, ended=True)


def _published(door: GithubDoor, conversation: Conversation, run: Run) -> Conversation:
    try:
        publish(door, conversation, run)
    except NotPublished as reason:
        door.book.change(run.id, told=str(reason))
        return conversation.model_copy(update={"told": str(reason)})
    return conversation
