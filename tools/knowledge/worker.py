"""A process that reads source files for another one: `python -I -m patchwright.tools.knowledge.worker`.

The files are hostile and the grammars are C code, so it has no files, no environment and little memory;
who started it gives each file a deadline. It answers JSON, which constructs nothing.

In: frames of a JSON header line `[[language, bytes], ...]` and the files' bytes one after the other.
Out: one JSON line per file, `[definitions, references, words]`.
"""

import json
import os
import resource
import sys
from functools import lru_cache
from typing import IO, TYPE_CHECKING

from patchwright.tools.knowledge.languages import LANGUAGES
from patchwright.tools.knowledge.tags import tags

if TYPE_CHECKING:
    from tree_sitter import Parser, Query

MEMORY = 1 << 30
"""Bytes of address space; a file of the largest size takes a tenth."""
OPEN_FILES = 16
NICE = 5
"""A run's first request does not wait for the index."""


@lru_cache(len(LANGUAGES))
def _parser(language: str) -> "tuple[Parser, Query]":
    return LANGUAGES[language].parser()


def restrict() -> None:
    """Give up what reading files does not need."""
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))
    os.nice(NICE)


def serve(given: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until there are no more frames."""
    while header := given.readline():
        files = [(language, given.read(size)) for language, size in json.loads(header)]
        for language, data in files:
            found = tags(data, *_parser(language))
            line = json.dumps([found.definitions, found.references, found.words])
            answers.write(line.encode() + b"\n")
            answers.flush()


if __name__ == "__main__":
    restrict()
    serve(sys.stdin.buffer, sys.stdout.buffer)
