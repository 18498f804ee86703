"""Makes the map in a process of its own, while the run goes on: `python -I -m patchwright.tools.knowledge.mapping`.

What ranking needs of a large repository is a third of the memory that a whole run has, and it needs it once.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from patchwright.sandbox.git import Git
from patchwright.sandbox.objects import Objects
from patchwright.sandbox.trees import Entry

WAIT = 600.0
"""Seconds that the process waits for another one that makes the same index."""

_COMMAND = (sys.executable, "-I", "-m", "patchwright.tools.knowledge.mapping")
_INHERITED = ("PATH", "TMPDIR")


class MapMaker:
    """The process, started at once. The clone's index is brought up to these entries; `text` is what the map is for."""

    def __init__(self, git_dir: Path, entries: Iterable[Entry], text: str) -> None:
        with tempfile.TemporaryFile() as asked:
            asked.write(json.dumps([str(git_dir), list(entries), text]).encode())
            asked.seek(0)
            self._process = subprocess.Popen(
                _COMMAND,
                stdin=asked,
                stdout=subprocess.PIPE,  # a map is far smaller than a pipe
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _INHERITED if name in os.environ},
                cwd="/",
                start_new_session=True,
            )

    def result(self, seconds: float) -> str:
        """The map; "" if it could not be made, or not in time."""
        try:
            answer = self._process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            return ""
        return answer.decode("utf-8", "replace") if self._process.returncode == 0 else ""

    def close(self) -> None:
        """End the process; what it has put into the index stays."""
        self._process.kill()
        self._process.communicate()


@dataclass(frozen=True, slots=True)
class Listed:
    """A tree whose listing was given, so that nobody has to ask git for it again."""

    git_dir: Path
    listing: Sequence[Entry]

    def entries(self) -> Sequence[Entry]:
        """What was given."""
        return self.listing

    def blobs(self, shas: Iterable[str]) -> Iterator[bytes]:
        """The contents of these, in order."""
        return (blob.data for blob in Objects(Git(self.git_dir)).stream(shas))


def main() -> int:
    """Answer what stands on standard input; 1 if the index cannot be had."""
    from patchwright.tools.knowledge.index import index_path
    from patchwright.tools.knowledge.known import NoIndex, known
    from patchwright.tools.knowledge.repomap import repo_map

    git_dir, entries, text = json.load(sys.stdin)
    tree = Listed(Path(git_dir), [Entry(*entry) for entry in entries])
    try:
        with known(index_path(tree.git_dir), tree, WAIT) as here:
            sys.stdout.buffer.write(repo_map(here, text).encode("utf-8", "replace"))
    except NoIndex:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
