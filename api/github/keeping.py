"""Conversations are kept up to date: what GitHub shows is drawn again from what the store knows, until the run is over.

Nothing here remembers anything: a process that takes over goes on from the tables (REL-01).
"""

from patchwright.agent.run import ENDED, Run
from patchwright.api.github.book import Conversation
from patchwright.api.github.door import GithubDoor
from patchwright.api.github.errors import GithubBusy, GithubError
from patchwright.api.github.posting import is_posted
from patchwright.api.github.publishing import NotPublished, publish
from patchwright.api.github.reading import told
from patchwright.api.github.telling import status

SOON = 2.0
"""Seconds between two looks at a run that is worked on; a comment is edited only if it changes."""
LATER = 30.0
"""Where GitHub refuses."""
UNSEEN = -1


def keep_up(door: GithubDoor) -> int:
    """Look at every conversation that is not over; how many there were."""
    found = door.book.with_news()
    for conversation in found:
        _look_after(door, conversation)
    return len(found)


def _look_after(door: GithubDoor, conversation: Conversation) -> None:
    """Bring one up to date with what is known now; what happens meanwhile is news again."""
    run_id = conversation.run_id
    run, seen = door.book.store.run(run_id), door.book.store.last_event(run_id)
    try:
        _bring_up_to_date(door, conversation, run)
        door.book.looked_at(conversation, SOON, seen)
    except GithubBusy as busy:
        door.book.looked_at(conversation, busy.seconds, UNSEEN)
    except GithubError as error:
        door.book.change(run_id, ended=run.status in ENDED, told=str(error))
        door.book.looked_at(conversation, LATER, UNSEEN)


def _bring_up_to_date(door: GithubDoor, conversation: Conversation, run: Run) -> None:
    over = run.status in ENDED
    if over and run.outcome == "patch" and run.status != "rejected":
        conversation = _published(door, conversation, run)
    text = status(told(door.book, conversation))
    if not is_posted(door.book, door.redactor, "status", run.id, text):
        repository = door.repository(conversation.place)
        poster = door.poster(conversation.place, repository.full_name)
        poster.keep("status", run.id, conversation.place.number, text, since=conversation.asked_at)
    if over:
        door.book.change(run.id, ended=True)


def _published(door: GithubDoor, conversation: Conversation, run: Run) -> Conversation:
    try:
        publish(door, conversation, run)
    except NotPublished as reason:
        door.book.change(run.id, told=str(reason))
        return conversation.model_copy(update={"told": str(reason)})
    return conversation
