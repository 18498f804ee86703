"""Who is logged in to the page: a random token in a strict cookie, its hash in the store, gone with its key."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from patchwright.agent.store.store import stamp
from patchwright.api.http.caller import Caller, address_of, check_rate
from patchwright.api.http.keys import ApiKey
from patchwright.api.http.problems import Refused
from patchwright.api.http.service import Service

COOKIE = "patchwright"
HOURS = 12


class LoginNeeded(Exception):
    """Nobody is logged in."""


class Again(Exception):
    """A link from elsewhere led here, for which a strict cookie is not sent: the page has to come from us first."""


def log_in(service: Service, key: ApiKey, request: Request, response: Response) -> None:
    """Begin a session for the holder of this key."""
    token = secrets.token_urlsafe(32)
    until = stamp(service.store.clock() + timedelta(hours=HOURS))
    with service.store.database.transaction() as connection:
        connection.execute("DELETE FROM logins WHERE until<?", (service.store.now(),))
        connection.execute("INSERT INTO logins (sha256, key_id, until) VALUES (?,?,?)", (_hash(token), key.id, until))
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, token, max_age=HOURS * 3600, path="/", httponly=True, samesite="strict", secure=secure)


def log_out(service: Service, request: Request, response: Response) -> None:
    """End the session."""
    with service.store.database.transaction() as connection:
        connection.execute("DELETE FROM logins WHERE sha256=?", (_hash(request.cookies.get(COOKIE, "")),))
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


def caller_of(request: Request) -> Caller:
    """Whoever is logged in. Raises `LoginNeeded`, `Again` or `Refused` (429)."""
    service: Service = request.app.state.service
    token = request.cookies.get(COOKIE, "")
    key = _key(service, token) if token else None
    if key is None and request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
        raise Again
    if key is None:
        raise LoginNeeded
    check_rate(service, key)
    return Caller(service, key, address_of(request))


def _key(service: Service, token: str) -> ApiKey | None:
    query = "SELECT key_id, until FROM logins WHERE sha256=?"
    row = service.store.database.connection().execute(query, (_hash(token),)).fetchone()
    now = service.store.now()
    return service.keys.get(row["key_id"], now) if row and now < row["until"] else None


def form_token(request: Request) -> str:
    """What a form of this session carries, so that no other page can send it."""
    return _hash(f"form {request.cookies.get(COOKIE, '')}")


def check_form(request: Request, given: str) -> None:
    """Raises `Refused` (403) if the form is not one of ours, of this session."""
    check_site(request)
    if not hmac.compare_digest(form_token(request).encode(), given.encode()):
        raise _foreign()


def check_site(request: Request) -> None:
    """Raises `Refused` (403) if a browser says that another site's page sends this."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise _foreign()


def _foreign() -> Refused:
    return Refused(403, "foreign-form", "This was not sent from the page that you are logged in to: load it again.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
