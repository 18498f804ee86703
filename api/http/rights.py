"""Who may do what. Pure: a role is a rank, a key is scoped to repositories."""

import posixpath
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal, get_args

Role = Literal["viewer", "requester", "approver", "admin"]
"""In this order: each may do what the one before it may, and more."""

RANKS: tuple[Role, ...] = get_args(Role)

_PLAIN = re.compile(r"[^\s\x00-\x1f\x7f%?#\\]{1,500}")


def has_rank(role: Role, needed: Role) -> bool:
    """Whether the role may do what `needed` may."""
    return RANKS.index(role) >= RANKS.index(needed)


def sees(patterns: Sequence[str], repository: str) -> bool:
    """Whether the repository is in a scope: a list of globs, of which none means all."""
    return not patterns or any(fnmatchcase(repository, pattern) for pattern in patterns)


def is_offered(offered: Sequence[str], repository: str) -> bool:
    """Whether the operator lets runs be started on this repository; with no glob there is none (NET-01).

    A name that means another place than it seems to (`..`, escapes, a password) is none of them.
    """
    place = repository.partition("://")[2] or repository
    plain = _PLAIN.fullmatch(repository) and posixpath.normpath(place) == place.rstrip("/") and "@" not in place
    return bool(plain) and any(fnmatchcase(repository, pattern) for pattern in offered)


def may_decide(role: Role, caller: str, requester: str, *, requester_may_approve: bool) -> bool:
    """Whether this key (an id) may decide on a plan that was asked for by the key `requester` ("": by no key)."""
    return has_rank(role, "approver") and (requester_may_approve or caller != requester)


def may_steer(role: Role, caller: str, requester: str) -> bool:
    """Whether this key may talk to, pause, resume and cancel a run: its own, or any as an approver."""
    return has_rank(role, "approver") or (has_rank(role, "requester") and caller == requester)
