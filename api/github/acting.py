"""What is done about an ask. Trying it again after a crash, or by another delivery, changes nothing (WH-03)."""

from patchwright.agent import runs, steering
from patchwright.agent.again import verify_again
from patchwright.agent.errors import NotNow, PatchwrightError, RunBusy, StoreUnusable
from patchwright.agent.plan import Decision, Plan
from patchwright.agent.run import ENDED, GATE, PARKED, Run
from patchwright.api.github.beginning import begin, known
from patchwright.api.github.book import Conversation, Waiting
from patchwright.api.github.door import GithubDoor
from patchwright.api.github.errors import GithubBusy, GithubGone
from patchwright.api.github.events import Ask, digest_of, renamed
from patchwright.api.github.grammar import PREFIX, Command, Misread, Verb
from patchwright.api.github.payloads import Comment, Repository, Review
from patchwright.api.github.reading import told
from patchwright.api.github.rest import Rest
from patchwright.api.github.rights import may_write
from patchwright.api.github.telling import HEADLINES, answer, explained, verified_again
from patchwright.sandbox.errors import SandboxError

NO_RUN = f"There is no run here. `{PREFIX} fix` starts one."
TRIES_FOR_A_RUN = 2
SECONDS_FOR_A_RUN = 5.0
"""What GitHub delivers may come out of order: whoever speaks to a run waits a little for it to be there."""
LATER = (GithubBusy, RunBusy, StoreUnusable)
"""What passes by itself: the ask is tried again."""


class NoRunHere(NotNow):
    """Nobody has asked for a run on this issue, or that has not been delivered yet."""


def act(door: GithubDoor, waiting: Waiting) -> str:
    """Do what was asked; what came of it, in a few words. Raises one of `LATER` if it has to be tried again."""
    repository = door.repository(waiting.ask.place)
    if not door.settings.serves(repository.full_name):
        return "the repository's name is no longer on the operator's list"
    ask = renamed(waiting.ask, repository.full_name)
    rest = door.access.repository(repository.id, ask.place.installation)
    poster = door.poster(ask.place, repository.full_name)
    if not may_write(rest, repository.full_name, ask.by.login):
        poster.react(ask.kind, ask.said_in, ask.place.number, "-1")
        return f"{ask.by.login} may not write here"
    if not _still_said(rest, repository.full_name, ask):
        return "it was changed or deleted since"
    poster.react(ask.kind, ask.said_in, ask.place.number, "eyes")
    said = _obeyed(door, repository, ask, waiting)
    if said:
        text = answer(said, ask.by.login)
        poster.keep("answer", ask.key, ask.place.number, text, since=ask.at)
    return said.partition("\n")[0] or "done"


def _still_said(rest: Rest, repository: str, ask: Ask) -> bool:
    """APR-06: the same words by the same person, read again now."""
    path = {
        "comment": f"issues/comments/{ask.said_in}",
        "line": f"pulls/comments/{ask.said_in}",
        "review": f"pulls/{ask.place.number}/reviews/{ask.said_in}",
    }.get(ask.kind)
    if path is None:
        return True
    try:
        found = rest.get(f"/repos/{repository}/{path}")
    except GithubGone:
        return False
    now = (Review if ask.kind == "review" else Comment).model_validate(found)
    return now.user is not None and now.user.id == ask.by.id and digest_of(now.body) == ask.digest


def _obeyed(door: GithubDoor, repository: Repository, ask: Ask, waiting: Waiting) -> str:
    """What there is to answer; "" if the status comment says it all."""
    try:
        return _obey(door, repository, ask, waiting)
    except LATER:
        raise
    except NoRunHere as nobody:
        if waiting.tries <= TRIES_FOR_A_RUN:
            raise GithubBusy(str(nobody), SECONDS_FOR_A_RUN) from nobody
        return str(nobody)
    except (PatchwrightError, SandboxError) as error:
        door.book.change(waiting.run_id, ended=True)  # a run that was promised and cannot be
        return str(error)


def _obey(door: GithubDoor, repository: Repository, ask: Ask, waiting: Waiting) -> str:
    command = ask.command
    if isinstance(command, Misread):
        return command.why
    match command.verb:
        case "fix" | "plan" | "transform":
            begin(door, repository, ask, command, waiting.run_id)
            return ""
        case "approve":
            return _approve(door, ask, command)
        case "status" | "explain":
            return _say(door, ask, command)
        case "cancel":
            return _cancel(door, ask)
        case "retry":
            return _retry(door, repository, ask, command, waiting)
        case "verify":
            return _verify(door, ask)
        case "revise":
            words = "\n".join(part for part in (command.argument, command.notes) if part)
            return _decide(door, ask, *_waiting(door, ask), "revise", words)
        case "reject":
            return _decide(door, ask, *_waiting(door, ask), "reject", command.notes)


def _approve(door: GithubDoor, ask: Ask, command: Command) -> str:
    """APR-02: the plan is named by its hash; whichever run here has it is meant."""
    found = [(one, plan) for one, _, plan in _plans(door, ask) if plan.sha256.startswith(command.argument)]
    if not _plans(door, ask):
        raise NoRunHere(NO_RUN)
    if not found:
        plans = [plan for _, run, plan in _plans(door, ask) if run.status in GATE]
        now = (
            f"the plan that waits is revision {plans[0].revision}, `{plans[0].sha256[:16]}`" if plans else "none waits"
        )
        return f"No plan here has the hash `{command.argument}` now: {now}. Nothing was approved."
    conversation, plan = found[0]
    if not door.settings.table.requester_may_approve and conversation.asked_by_id == ask.by.id:
        return "Who asked for this run may not approve it: somebody else with write access has to."
    door.book.change(conversation.run_id, approver=ask.by.login)
    return _decide(door, ask, conversation, plan, "approve", command.notes)


def _decide(door: GithubDoor, ask: Ask, conversation: Conversation, plan: Plan, decision: Decision, notes: str) -> str:
    by, run_id = _by(ask), conversation.run_id
    if not any(one.by == by for one in door.book.store.approvals(run_id)):
        runs.decide(door.deps, run_id, decision, by=by, revision=plan.revision, sha256=plan.sha256, notes=notes)
    _go_on(door, conversation)
    return ""


def _cancel(door: GithubDoor, ask: Ask) -> str:
    conversation, run = _latest(door, ask)
    if run.status not in ENDED:
        runs.cancel(door.deps, run.id)
        door.dispatch.cancel(run.id)
    door.book.wake(conversation.run_id)
    return ""


def _retry(door: GithubDoor, repository: Repository, ask: Ask, command: Command, waiting: Waiting) -> str:
    """A parked run goes on; one that came to nothing is begun again with the issue as it is now."""
    conversation, run = _latest(door, ask)
    if run.id != waiting.run_id and run.status in PARKED:
        steering.resume(door.deps, run.id, by=_by(ask))
        _go_on(door, conversation)
        return ""
    if run.id != waiting.run_id and (run.status not in ENDED or run.verdict == "verified"):
        raise NotNow(f"Run `{run.id[:8]}` {HEADLINES[run.status]}: there is nothing to try again.")
    verb: Verb = "transform" if conversation.transformation else "fix"
    begin(door, repository, ask, Command(verb, _name_of(conversation), command.notes), waiting.run_id)
    return ""


def _name_of(conversation: Conversation) -> str:
    from patchwright.tools.transformations.definition import parse_definition

    text = conversation.transformation
    return parse_definition(text, "transformation").name if text else ""


def _say(door: GithubDoor, ask: Ask, command: Command) -> str:
    conversation, run = _latest(door, ask)
    door.book.wake(conversation.run_id)
    if command.verb == "explain":
        return "\n\n" + explained(told(door.book, conversation))
    return f"Run `{run.id[:8]}` {HEADLINES[run.status]}. Its comment above says the rest."


def _verify(door: GithubDoor, ask: Ask) -> str:
    """The checks once more on what the newest run came to. It takes as long as they take."""
    _, run = _latest(door, ask)
    return verified_again(run.id, verify_again(door.deps, run.id))


def _waiting(door: GithubDoor, ask: Ask) -> tuple[Conversation, Plan]:
    for conversation, run, plan in _plans(door, ask):
        if run.status in GATE or _has_decided(door, run, ask):
            return conversation, plan
    _latest(door, ask)
    raise NotNow("No plan waits for a decision here.")


def _has_decided(door: GithubDoor, run: Run, ask: Ask) -> bool:
    return any(one.by == _by(ask) for one in door.book.store.approvals(run.id))


def _plans(door: GithubDoor, ask: Ask) -> list[tuple[Conversation, Run, Plan]]:
    found = ((one, known(door, one.run_id), door.book.store.plan(one.run_id)) for one in door.book.at(ask.place))
    return [(one, run, plan) for one, run, plan in found if run is not None and plan is not None]


def _latest(door: GithubDoor, ask: Ask) -> tuple[Conversation, Run]:
    """The newest run here; on a pull request of ours that nothing was asked on yet, the one that made it."""
    here = door.book.at(ask.place)
    made = door.book.of_pull(ask.place) if ask.place.is_pull else None
    for one in (*here, *((made,) if made else ())):
        run = known(door, one.run_id)
        if run is not None:
            return one, run
    raise NoRunHere(NO_RUN)


def _go_on(door: GithubDoor, conversation: Conversation) -> None:
    door.dispatch.submit(conversation.run_id, key=f"github:{conversation.asked_by}")
    door.book.wake(conversation.run_id)


def _by(ask: Ask) -> str:
    """Who decided, and by which words (APR-09)."""
    return f"{ask.by.login} (github, {ask.place.repository}#{ask.place.number}, {ask.kind} {ask.said_in})"
