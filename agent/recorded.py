"""A model behind the ledger: what was answered is never asked again, what is asked is stored with its answer."""

import json
import time
from typing import Protocol

from patchwright.agent import asked
from patchwright.agent.budget import About
from patchwright.agent.deps import Deps, Rung
from patchwright.agent.errors import ContextExceeded, ModelError, ModelRefused, ModelUnavailable
from patchwright.agent.messages import ModelRole, Reply, Request
from patchwright.agent.parse import mapping
from patchwright.agent.plan import Record
from patchwright.agent.run import Usage
from patchwright.agent.store.ledger import Ledger
from patchwright.agent.waiting import waited
from patchwright.tools.secrets import Redactor, every_text

DIVERGENCE = "divergence.json"
"""The artifact of a replay that says where it first asks something else than the run that it replays."""


class Divergence(Record):
    """A call of the models, by key and role, and what of its request differs."""

    key: str
    role: ModelRole
    what: str


class Asking(Protocol):
    """What asking needs of a session: where it records, what it has spent, and what it asked last of each role."""

    deps: Deps
    ledger: Ledger
    spent: Usage
    asked: dict[ModelRole, asked.Last]
    offers: set[str]

    @property
    def is_replay(self) -> bool:
        """Whether the answers are those of another run, and nobody is to be asked."""
        ...

    def check(self, about_to: About) -> None:
        """Raises what keeps the next call from being made."""
        ...

    def artifact(self, name: str) -> bytes | None:
        """The bytes stored under that name of this run."""
        ...


class RecordedModel:
    """A model behind the ledger: budget and cancel are checked before, the answer is stored after."""

    def __init__(self, session: Asking, rung: Rung, key: str) -> None:
        self._session = session
        self._rung = rung
        self._key = key

    def complete(self, request: Request) -> Reply:
        """Answer from the record, or ask. Raises `BudgetSpent`, `Cancelled` and what the model raises."""
        known = self._session.ledger.answer(self._key)
        if known is not None or self._session.is_replay:
            self._exceed_again(request)
        if known is not None:
            self._meet(request)
            return Reply.model_validate(known)
        if self._session.is_replay:
            raise self._unanswered(request)
        return self._ask(request)

    def _ask(self, request: Request) -> Reply:
        session = self._session
        session.check("model")
        began = time.monotonic()
        try:
            reply = waited(lambda: self._rung.model.complete(request), session.ledger.stop_if_cancelled)
        except ModelError as error:
            self._spend(request.role, error.usage)
            self._keep_failure(request, error)
            raise
        reply = _without_ours(reply, session.deps.redactor)
        seconds = round(time.monotonic() - began, 3)
        usage = reply.usage.model_copy(update={"seconds": seconds})
        taken, last = asked.take_down(
            request, self._rung.name, self._key, session.asked.get(request.role), session.deps.redactor.text
        )
        session.ledger.record(
            self._key,
            "model_called",
            reply.model_dump(mode="json"),
            usage,
            beside=self._beside(taken, request),
            role=request.role,
            model=reply.model,
            rung=reply.stand_in or self._rung.name,
            **({"instead_of": self._rung.name} if reply.stand_in else {}),
            tokens_in=usage.tokens_in,
            tokens_out=usage.tokens_out,
            seconds=seconds,
            says=session.deps.redactor.text(reply.content[:500]),
            calls=[call.name[:60] for call in reply.tool_calls],
        )
        session.asked[request.role] = last
        session.spent = session.spent.plus(usage)
        return reply

    def _beside(self, taken: asked.Asked, request: Request) -> dict[str, bytes]:
        """What was asked, and what was on offer if this process has not stored that yet."""
        beside = {asked.name(self._key): taken.model_dump_json(exclude_defaults=True).encode()}
        if taken.tools not in self._session.offers:
            self._session.offers.add(taken.tools)
            beside[taken.tools] = asked.offer(request)[1]
        return beside

    def _keep_failure(self, request: Request, error: ModelError) -> None:
        """Whoever plays this again has to take the same turn: ask with less, or do without an answer."""
        ledger = self._session.ledger
        if isinstance(error, ContextExceeded):
            found = {**self._exceeded(), self._taken(request): error.limit}
            ledger.artifact(f"exceeded/{self._key}.json", json.dumps(found).encode())
        else:
            ledger.artifact(f"failed/{self._key}", self._session.deps.redactor.text(str(error)).encode())

    def _exceed_again(self, request: Request) -> None:
        """Raises `ContextExceeded` where the model has refused this very request as too long."""
        refused = self._exceeded()
        if refused and (digest := self._taken(request)) in refused:
            raise ContextExceeded("The record says that this prompt is too long.", refused[digest])

    def _exceeded(self) -> dict[str, int | None]:
        """The requests under this key that were too long, by digest, each with the limit that was named."""
        return mapping(json.loads(self._session.artifact(f"exceeded/{self._key}.json") or b"{}"))

    def _taken(self, request: Request) -> str:
        last = self._session.asked.get(request.role)
        return asked.take_down(request, self._rung.name, self._key, last, self._session.deps.redactor.text)[0].digest

    def _meet(self, request: Request) -> None:
        """Compare with what was asked when it was answered; only what is the same can be followed by the next."""
        session = self._session
        stored = asked.read(self._key, session.artifact)
        taken, last = asked.take_down(
            request, self._rung.name, self._key, session.asked.pop(request.role, None), session.deps.redactor.text
        )
        if stored is not None and stored.digest == taken.digest:
            session.asked[request.role] = last
        elif stored is not None and session.is_replay:
            self._diverge(request, self._what(stored, taken, request))

    def _what(self, stored: asked.Asked, taken: asked.Asked, request: Request) -> str:
        """What of a request is not as it was."""
        session = self._session
        now = [
            message.model_copy(update={"content": session.deps.redactor.text(message.content)})
            for message in request.messages
        ]
        if found := asked.difference(asked.whole(stored, session.artifact), now):
            return found
        if stored.tools != taken.tools:
            return asked.offer_difference(json.loads(session.artifact(stored.tools) or b"{}"), request.tools)
        was, wanted = (stored.temperature, stored.seed), (taken.temperature, taken.seed)
        return f"temperature and seed were {was}, and would be {wanted} now"

    def _unanswered(self, request: Request) -> ModelError:
        if failed := self._session.artifact(f"failed/{self._key}"):
            return ModelUnavailable(failed.decode())
        self._diverge(request, "the recorded run asked nothing here")
        return ModelRefused(f"No answer is recorded for {self._key}: the replay ends here.")

    def _diverge(self, request: Request, what: str) -> None:
        """The first divergence is kept: what follows follows from it."""
        ledger = self._session.ledger
        if self._session.artifact(DIVERGENCE) is None:
            found = Divergence(key=self._key, role=request.role, what=what)
            ledger.artifact(DIVERGENCE, found.model_dump_json().encode())

    def _spend(self, role: ModelRole, usage: Usage) -> None:
        """What a failed try cost counts all the same, also after a restart."""
        ledger = self._session.ledger
        if usage != Usage():
            ledger.record(f"{self._key}!{ledger.store.now()}", "model_called", {}, usage, failed=True, role=role)
            self._session.spent = self._session.spent.plus(usage)


def _without_ours(reply: Reply, redactor: Redactor) -> Reply:
    """What a model says of our own secrets is neither stored nor done (SEC-02)."""
    return Reply.model_validate(every_text(reply.model_dump(mode="json"), redactor.ours))
