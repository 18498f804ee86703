"""Who calls: the key in the header, its rate, and what it may see (AUTH-04 to AUTH-06)."""

from dataclasses import dataclass
from typing import Annotated, NoReturn

from fastapi import Depends
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request

from patchwright.agent.run import Run
from patchwright.api.http.audit import Act
from patchwright.api.http.keys import ApiKey
from patchwright.api.http.problems import Refused, not_found, too_much
from patchwright.api.http.rights import Role, has_rank, may_steer, sees
from patchwright.api.http.service import Service

FAILURES = 10
"""Wrong keys that one address may try in a minute."""

_UNKNOWN = {"www-authenticate": 'Bearer realm="patchwright"'}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls which service from where."""

    service: Service
    key: ApiKey
    address: str

    @property
    def by(self) -> str:
        """As it stands in records: "anna (key 0a1b2c3d4e5f)"."""
        return f"{self.key.name} (key {self.key.id})"

    def run(self, run_id: str) -> Run:
        """The run, if they may see it. Raises `RunNotFound` or `Refused` (404)."""
        run = self.service.store.run(run_id)
        self.check_sees(run.issue.repository)
        return run

    def check_sees(self, repository: str) -> None:
        """Raises `Refused` (404) if the repository is out of the key's scope (AUTH-05)."""
        if not sees(self.key.repositories, repository):
            raise not_found("There is no such run.")

    def check_steers(self, run_id: str) -> Run:
        """The run, if they may act on it. Raises `Refused`."""
        run, claim = self.run(run_id), self.service.requests.of_run(run_id)
        if not may_steer(self.key.role, self.key.id, claim.key_id if claim else ""):
            raise Refused(403, "no-right", "This run is another's: that takes the role approver.")
        return run

    def act(self, action: str, run_id: str = "") -> Act:
        """What they do, for the audit log."""
        return Act(action=action, who=self.key.name, key_id=self.key.id, address=self.address, run_id=run_id)


class Needs(SecurityBase):
    """The dependency of a handler that needs a role."""

    def __init__(self, role: Role) -> None:
        self.role: Role = role
        self.model = HTTPBearer(description="An API key: `patchwright keys create`.")
        self.scheme_name = "key"

    async def __call__(self, request: Request) -> Caller:
        """The caller. Raises `Refused`: 401, 403 or 429."""
        service: Service = request.app.state.service
        address = address_of(request)
        text = _text(request)
        key = await service.read(lambda: service.keys.opened_by(text, service.store.now()))
        if key is None:  # once more, in a thread: to refuse is to write, which may have to wait for others
            key = await run_in_threadpool(opened, service, text, address)
        check_rate(service, key)
        check_rank(key, self.role)
        return Caller(service, key, address)


def address_of(request: HTTPConnection) -> str:
    """Where the request comes from."""
    return request.client.host if request.client else ""


def check_rank(key: ApiKey, role: Role) -> None:
    """Raises `Refused` (403)."""
    if not has_rank(key.role, role):
        raise Refused(403, "no-right", f"That takes the role {role}; this key has {key.role}.")


def check_rate(service: Service, key: ApiKey) -> None:
    """Raises `Refused` (429) if the key has called too often."""
    if wait := service.calls.take(key.id, key.limits.requests_per_minute or service.settings.requests_per_minute):
        raise too_much("This key has called too often in this minute.", wait)


def opened(service: Service, text: str, address: str) -> ApiKey:
    """The key with this text. Raises `Refused`: 401, or 429 after too many wrong ones from one address.

    A right one opens whatever else came from its address: others may share it.
    """
    return service.keys.opened_by(text, service.store.now()) or _refuse(service, text, address)


def _refuse(service: Service, text: str, address: str) -> NoReturn:
    if text:
        if wait := service.failures.take(address, FAILURES):
            raise too_much("Too many wrong keys came from this address.", wait)
        service.audit.add(Act(action="authenticate", who="", address=address, result="refused"))
    raise Refused(401, "no-key", "A valid API key is needed: `Authorization: Bearer pwk_...`.", _UNKNOWN)


def _text(request: Request) -> str:
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else ""


Viewer = Annotated[Caller, Depends(Needs("viewer"))]
Requester = Annotated[Caller, Depends(Needs("requester"))]
Approver = Annotated[Caller, Depends(Needs("approver"))]
Admin = Annotated[Caller, Depends(Needs("admin"))]
