"""What is known of one tree: the index, and which of its blobs stand at which paths."""

import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from patchwright.tools.knowledge.build import Blobs, Busy, Sources, bring_up
from patchwright.tools.knowledge.index import Index, open_index
from patchwright.tools.testfiles import looks_like_test
from patchwright.tools.untrusted import printable


class NoIndex(Exception):
    """The index cannot be had now; says why. Everything but the map and the symbols works without."""


@dataclass(frozen=True)
class Known:
    """An open index as one tree sees it."""

    index: Index
    sources: Sources

    @cached_property
    def paths(self) -> Mapping[int, Sequence[str]]:
        """Where each blob of the tree stands."""
        ids, paths = self.index.ids(), dict[int, list[str]]()
        for path, key in self.sources.keys.items():
            paths.setdefault(ids[key], []).append(path)
        return paths

    @cached_property
    def blobs(self) -> Mapping[str, int]:
        """Which blob stands at each path."""
        return {path: blob for blob, paths in self.paths.items() for path in paths}

    def path(self, blob: int) -> str:
        """One place of a blob; the first by name if it has several."""
        return self.paths[blob][0]

    def is_test(self, blob: int) -> bool:
        """Whether it stands among the tests."""
        return looks_like_test(self.path(blob))

    def below(self, place: str) -> list[int]:
        """The blobs at or below a path; all for ""."""
        inside = (path for path in self.blobs if not place or path == place or path.startswith(place + "/"))
        return list(dict.fromkeys(self.blobs[path] for path in inside))

    def gaps(self, blobs: Sequence[int]) -> str:
        """One line on what among these blobs is not in the index; "" if everything is."""
        skipped, here = self.index.skipped(), set(blobs)
        lost = [f"{printable(self.path(blob))} ({why})" for blob, why in skipped.items() if blob in here]
        shown = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        beyond = f"{self.sources.left_out} files beyond the limits" if self.sources.left_out else ""
        return f"(not in the index: {', '.join(filter(None, (shown, beyond)))})" if shown or beyond else ""


@contextmanager
def known(path: Path, tree: Blobs, wait: float) -> Generator[Known]:
    """The index at `path`, brought up to the tree; waits so many seconds for others. Raises `NoIndex`."""
    try:
        found = bring_up(path, tree, wait)
    except Busy as error:
        raise NoIndex("another process is still making it") from error
    except (sqlite3.Error, OSError) as error:
        raise NoIndex(str(error)) from error
    try:
        with open_index(path) as index:
            yield Known(index, found)
    except sqlite3.Error as error:
        raise NoIndex(str(error)) from error
