"""The index of a large real repository: cold, after an edit, warm, and in memory; beside other tools on the same files.

python -m patchwright.evals.bench.index
"""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from patchwright.evals.bench.figures import Figure, quantile, table, timed
from patchwright.evals.bench.generated import commit
from patchwright.evals.sdist import fetch_sdist
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.source import open_source
from patchwright.sandbox.trees import Entry
from patchwright.tools.knowledge.concepts import find
from patchwright.tools.knowledge.index import index_path
from patchwright.tools.knowledge.known import known
from patchwright.tools.knowledge.languages import LANGUAGES, language_of
from patchwright.tools.knowledge.mapping import MapMaker
from patchwright.tools.knowledge.symbols import definitions
from patchwright.tools.knowledge.tags import tags

DJANGO = ("django", "5.2.8", "23254866a5bb9a2cfa6004e8b809ec6246eba4b58a7589bc2772f1bcc8456c7f")
"""2,818 Python files, 18 MB."""
COLD_RUNS, WARM_RUNS = 3, 7
LONGEST = 120.0
LOOK_SECONDS = 0.02
ISSUE = """in_bulk() fails with more ids than the database allows

`QuerySet.in_bulk()` on a queryset with `prefetch_related()` raises OperationalError: too many SQL variables.
"""
CONCEPT = "parse the date of an http header"
SYMBOL = "QuerySet.in_bulk"


@dataclass(frozen=True, slots=True)
class Place:
    """The sources on disk, our clone of them, and its only commit."""

    source: Path
    repository: Repository
    commit: str

    @property
    def index(self) -> Path:
        """The file that is made."""
        return index_path(self.repository.git_dir)

    def entries(self, at: str = "") -> list[Entry]:
        """The source files of a commit, as a run lists them."""
        return [entry for entry in self.repository.tree(at or self.commit).entries() if language_of(entry.path)]


@contextmanager
def django() -> Generator[Place]:
    """Fetched from the package index, committed and cloned into a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="patchwright-bench-") as folder:
        source = fetch_sdist(*DJANGO, Path(folder))
        commit(source)
        yield cloned(source, Path(folder) / "cache")


def cloned(source: Path, cache: Path) -> Place:
    """The committed sources in a clone of ours."""
    repository, sha = open_source(str(source), cache=cache)
    return Place(source, repository, sha)


def mapped(place: Place, at: str = "") -> MapMaker:
    """A process that brings the index up to a commit, and its map; it has ended."""
    maker = MapMaker(place.repository.git_dir, place.entries(at), ISSUE)
    if not maker.result(LONGEST):
        raise RuntimeError("there is no map")
    return maker


def forget(place: Place) -> None:
    """Remove the index."""
    shutil.rmtree(place.index.parent, ignore_errors=True)


def figures(place: Place, cold_runs: int = COLD_RUNS, warm_runs: int = WARM_RUNS) -> Iterator[Figure]:
    """All of them."""
    place.entries()  # the listing is the run's, which has it anyway

    def cold() -> None:
        forget(place)
        mapped(place)

    alone = timed(lambda: one_process(place), 1, warm=0)[0] / 1000
    seconds, busy, most = measured(cold, cold_runs)
    yield Figure("index and map, cold", seconds, "s", 3.5, f"tree-sitter alone, one process: {alone:.2f} s")
    yield Figure("processor time of all its processes", busy, "s")
    yield Figure("memory of all of them", most, "MB", 200)
    seconds, busy, most = measured(lambda: mapped(place), warm_runs)
    yield Figure("index and map, warm", seconds, "s", 0.3, _peers(place.source))
    yield Figure("processor time of its process", busy, "s")
    yield Figure("memory of it", most, "MB", 200)
    edited = _edited(place)
    yield Figure("index and map after an edit of one file", measured(lambda: mapped(place, edited), 1)[0], "s")
    yield Figure("size of the index", place.index.stat().st_size / 2**20, "MB", None, f"{len(place.entries())} files")
    yield from asking(place)


def asking(place: Place) -> Iterator[Figure]:
    """What a tool waits for when the index is there."""
    tree = place.repository.tree(place.commit)
    with known(place.index, tree, 5) as here:
        concept = quantile(timed(lambda: find(here, CONCEPT, 10), WARM_RUNS))
        symbol = quantile(timed(lambda: definitions(here, SYMBOL, list(here.paths)), WARM_RUNS))
    yield Figure("a concept query", concept, "ms")
    yield Figure("the definitions of a name", symbol, "ms")


def one_process(place: Place) -> None:
    """Read every file as a worker does, without limits and without keeping anything."""
    parsers = {name: LANGUAGES[name].parser() for name in {language_of(entry.path) for entry in place.entries()}}
    for entry in place.entries():
        tags((place.source / entry.path).read_bytes(), *parsers[language_of(entry.path)])


def _edited(place: Place) -> str:
    path = place.entries()[0].path
    return place.repository.commit(place.commit, {path: b"EDITED = True\n"}, message="edit", trailers={})


def _peers(source: Path) -> str:
    """Programs that are installed, on the same files."""
    peers = {
        "ripgrep for a name": ["rg", "-c", "in_bulk", str(source)],
        "grep for a name": ["grep", "-rc", "in_bulk", str(source)],
        "Universal Ctags": ["ctags", "-R", "-f", "/dev/null", "--languages=Python,JavaScript", str(source)],
    }
    return "; ".join(f"{name}: {_program(line):.2f} s" for name, line in peers.items() if shutil.which(line[0]))


def _program(line: Sequence[str]) -> float:
    return quantile(timed(lambda: subprocess.run(line, check=False, capture_output=True), 3)) / 1000


def measured(action: Callable[[], object], runs: int) -> tuple[float, float, float]:
    """The median seconds, the processor's seconds of the processes below in each run, and the most MB of them."""
    before = os.times()
    seconds = quantile(timed(action, runs, warm=0)) / 1000
    after = os.times()
    busy = (after.children_user + after.children_system - before.children_user - before.children_system) / runs
    return seconds, busy, memory_of(action)


def memory_of(action: Callable[[], object]) -> float:
    """The most MB that all processes which this one starts meanwhile hold at one moment, shared pages counted once."""
    most, done = 0.0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(LOOK_SECONDS):
            most = max(most, sum(_memory(pid) for pid in _below("self")))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        action()
    finally:
        done.set()
        thread.join()
    return most


def _below(pid: str) -> Iterator[str]:
    """The processes below this one, its own git readers included."""
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield child
                yield from _below(child)


def _memory(pid: str) -> float:
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
    return 0.0


def report() -> str:
    """Measure; the table."""
    with django() as place:
        return table("The index: Django 5.2.8", figures(place))


def main() -> None:
    """Measure and print the table."""
    print(report())


if __name__ == "__main__":
    main()
