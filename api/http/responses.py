"""What the OpenAPI document says of answers beside the good one."""

from typing import Any

from patchwright.api.http.problems import MEDIA_TYPE
from patchwright.api.http.schemas import Problem

Responses = dict[int | str, dict[str, Any]]

_WORDS = {
    400: "The request cannot be read.",
    401: "No valid key.",
    403: "The key has no right to that.",
    404: "It is not there, or this key may not see it.",
    408: "The body took too long.",
    409: "Not now: the run, or its plan, has moved on.",
    413: "The body is too large.",
    415: "Not in this coding.",
    422: "The request is not as it should be.",
    429: "Too often, too many, or too much; `Retry-After` says when to try again.",
    500: "A defect.",
    503: "The store or the queue cannot be used now.",
}

_EXAMPLE = {
    "type": "urn:patchwright:problem:stale-approval",
    "title": "Conflict",
    "status": 409,
    "detail": "The decision names revision 1 (0f3c...), but the plan is now at revision 2 (91ab...).",
    "instance": "/v1/runs/0123456789abcdef0123456789abcdef/approval",
}


def problems(*statuses: int) -> Responses:
    """Errors, each as problem details."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": _EXAMPLE}}
    return {status: {"model": Problem, "description": _WORDS[status], "content": content} for status in statuses}


ALWAYS = problems(400, 401, 408, 413, 415, 422, 429, 500, 503)
"""What any address may answer."""
NOT_MODIFIED: Responses = {304: {"description": "Nothing is new since that ETag."}}
ACCEPTED: Responses = {
    202: {
        "description": "The run is stored and waits for a worker.",
        "headers": {
            "Location": {"schema": {"type": "string"}, "description": "Where the run is."},
            "Idempotency-Replayed": {"schema": {"type": "string"}, "description": "`true`: it was there already."},
        },
    }
}


def binary(description: str, media_type: str) -> Responses:
    """A good answer that is no JSON."""
    return {
        200: {
            "description": description,
            "content": {media_type: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
