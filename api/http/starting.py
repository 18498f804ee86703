"""A request becomes a run: limits, the claim, the run, the queue. Each part may be done again after a crash."""

import hashlib
from datetime import UTC, datetime, timedelta

from patchwright.agent import runs
from patchwright.agent.errors import RunNotFound, UsageError
from patchwright.agent.run import Run
from patchwright.agent.store.store import new_run_id, stamp
from patchwright.api.choices import ARTIFACT
from patchwright.api.http.caller import Caller
from patchwright.api.http.problems import Refused, too_much
from patchwright.api.http.requests import Claim
from patchwright.api.http.rights import is_offered, sees
from patchwright.api.http.schemas import NewRun
from patchwright.api.http.service import Service
from patchwright.api.transforming import issue_of, load
from patchwright.sandbox.errors import SandboxError

HOUR = 3600.0


def start(caller: Caller, new: NewRun, word: str) -> tuple[Run, bool]:
    """The run that was asked for, and whether this call made it; `word` is the Idempotency-Key, or "".

    Raises `Refused`, `UsageError` or `SourceRefused`.
    """
    service = caller.service
    check_repository(caller, new.repository)
    claim = _claim(caller, new, word)
    known = service.requests.known(claim.key_id, claim.word)
    if known is None:
        check_room(caller, new.repository)
        known = service.requests.claim(claim)
    if known.sha256 != claim.sha256:
        raise Refused(422, "key-reused", "This Idempotency-Key was used for another request. Choose a new one.")
    made = _make(caller, known, new)
    service.dispatch.submit(made[0].id, priority=new.priority, key=caller.key.id)
    return made


def check_repository(caller: Caller, repository: str) -> None:
    """Raises `Refused` (403) if no run may be started on it, by anybody or by this key."""
    if not is_offered(caller.service.settings.repositories, repository):
        raise Refused(
            403,
            "not-offered",
            "No run may be started on that repository. Whoever runs the service names those on which runs may be "
            "started, in `service.repositories` of its configuration or by `patchwright serve --repository`.",
        )
    if not sees(caller.key.repositories, repository):
        raise Refused(403, "no-right", "That repository is out of this key's scope.")


def check_room(caller: Caller, repository: str) -> None:
    """Raises `Refused` (429) if a limit is reached: of the queue, the repository, the hour or the key (RES-12)."""
    service, settings = caller.service, caller.service.settings
    if service.dispatch.depth() >= settings.queue:
        raise too_much(f"{settings.queue} runs wait already.", 60)
    most = settings.runs_per_repository
    if service.requests.open_on(repository) >= most:
        raise too_much(f"{most} runs on this repository have not ended yet: let them end, or cancel one.", 60)
    _check_hour(service, caller)
    check_day(caller)


def _check_hour(service: Service, caller: Caller) -> None:
    limit = caller.key.limits.runs_per_hour
    most = service.settings.runs_per_hour if limit is None else limit
    now = service.store.clock()
    begun = service.requests.since(caller.key.id, stamp(now - timedelta(seconds=HOUR)))
    if len(begun) >= most:
        first = datetime.fromisoformat(begun[-most]) if most else now
        wait = HOUR - (now - first).total_seconds()
        raise too_much(f"This key may start {most} runs in an hour.", wait)


def check_day(caller: Caller) -> None:
    """Raises `Refused` (429) if the runs of this key have spent what they may in a day (UTC)."""
    limits, store = caller.key.limits, caller.service.store
    if limits.money_per_day is None and limits.tokens_per_day is None:
        return
    now = store.clock().astimezone(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    used = caller.service.requests.spent_since(caller.key.id, stamp(midnight))
    wait = (midnight + timedelta(days=1) - now).total_seconds()
    if limits.money_per_day is not None and used.money >= limits.money_per_day:
        raise too_much(f"The runs of this key may spend {limits.money_per_day:g} in money in a day (UTC).", wait)
    if limits.tokens_per_day is not None and used.tokens_in + used.tokens_out >= limits.tokens_per_day:
        raise too_much(f"The runs of this key may take {limits.tokens_per_day} tokens in a day (UTC).", wait)


def _claim(caller: Caller, new: NewRun, word: str) -> Claim:
    run_id = new_run_id()
    return Claim(
        run_id=run_id,
        key_id=caller.key.id,
        asked_by=caller.by,
        at=caller.service.store.now(),
        repository=new.repository,
        word=word or run_id,
        sha256=hashlib.sha256(new.model_dump_json().encode()).hexdigest(),
    )


def _make(caller: Caller, claim: Claim, new: NewRun) -> tuple[Run, bool]:
    """The claimed run; made now, unless an earlier try has made it. Raises `UsageError` or `SourceRefused`."""
    service = caller.service
    try:
        return service.store.run(claim.run_id), False
    except RunNotFound:
        pass
    try:
        run = runs.start(service.deps, _asked(service, claim, new))
    except (UsageError, SandboxError):
        service.requests.drop(claim.run_id)
        raise
    service.store.keep(run.id, ARTIFACT, service.choices.model_dump_json().encode())
    return run, True


def _asked(service: Service, claim: Claim, new: NewRun) -> runs.Asked:
    text, definition = load(new.transformation) if new.transformation else ("", None)
    return runs.Asked(
        repository=new.repository,
        text=issue_of(definition) if definition else new.issue,
        revision=new.revision,
        sandbox=service.sandbox,
        origin="http",
        candidates=new.candidates,
        transformation=text,
        run_id=claim.run_id,
    )
