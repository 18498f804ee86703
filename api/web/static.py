"""The style sheet and the script: two files, no build step."""

from functools import cache
from importlib import resources

from fastapi import APIRouter
from starlette.responses import Response

from patchwright.api.http.problems import not_found

KINDS = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)


@router.get("/static/{name}")
async def file(name: str) -> Response:
    """One of them."""
    if name not in KINDS:
        raise not_found("There is no such file.")
    return Response(_content(name), headers={"cache-control": "max-age=300"}, media_type=KINDS[name])


@cache
def _content(name: str) -> bytes:
    return resources.files("patchwright.api.web").joinpath("static", name).read_bytes()
