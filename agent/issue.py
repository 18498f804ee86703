"""The request: what a person asked for, frozen when they asked."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

Origin = Literal["terminal", "http", "github", "eval", "replay"]

MAX_TITLE = 200

_HEADING = re.compile(r"\A#{1,6}[ \t]+")


def titled(text: str) -> tuple[str, str]:
    """Title and body of an issue's text: its first line, without the mark of a Markdown heading, and the rest."""
    title, end, body = _HEADING.sub("", text.strip()).partition("\n")
    return title[:MAX_TITLE], title[MAX_TITLE:] + end + body if title[MAX_TITLE:] else body


class Issue(BaseModel):
    """Title and body as frozen at the trigger, on a repository at a base commit.

    `repository` is what the user named (a path or a git URL). `hidden` counts the characters and
    markup that a reader would not have seen and that were removed (PI-02). `clone` is the folder of
    our bare clone in the cache.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    body: str = ""
    repository: str
    base_commit: str
    clone: str
    origin: Origin = "terminal"
    hidden: int = 0
    transformation: str = ""
    """The definition (TOML) of the transformation that was asked for; "" for an issue in words."""
