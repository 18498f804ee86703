"""How a check is told to run some tests only: files or ids become the runner's own words."""

import re
from collections.abc import Sequence

from patchwright.tools.checks import Check
from patchwright.tools.toolchains.base import folder


def narrowed(check: Check, tests: Sequence[str]) -> Check:
    """The check for these test files or ids only; the check itself if none are given or it cannot be narrowed.

    In `check.narrow` the argument `{tests}` becomes the files or ids, `{packages}` their folders as
    `./folder`, and `{classes}` within an argument the names of their classes, joined by commas.
    """
    if not tests or not check.narrow:
        return check
    command: list[str] = []
    for word in check.narrow:
        if word == "{tests}":
            command += [_no_option(test) for test in dict.fromkeys(tests)]
        elif word == "{packages}":
            command += dict.fromkeys(_package(test) for test in tests)
        else:
            command.append(word.replace("{classes}", ",".join(dict.fromkeys(_class(test) for test in tests))))
    return check.model_copy(update={"command": tuple(command)})


def _no_option(test: str) -> str:
    """A file called `-p` is a file."""
    return f"./{test}" if test.startswith("-") else test


def _package(test: str) -> str:
    """The Go package of a file, or of an id `package::Test`."""
    if test.endswith(".go"):
        return f"./{folder(test)}"
    return test.partition("::")[0]


def _class(test: str) -> str:
    """The simple class name of a Java file, or of an id `package.Class::method`."""
    name = re.sub(r"\.(?:java|kt|groovy)$", "", test.partition("::")[0].rpartition("/")[2])
    return re.sub(r"[^\w$*]", "", name.rpartition(".")[2]) or "none"
