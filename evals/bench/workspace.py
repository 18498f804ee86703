"""What the workspace costs on a repository of 2,800 files and 40 MB, beside what the machine itself needs.

python -m patchwright.evals.bench.workspace
"""

import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from patchwright.sandbox.provenance import hunks
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.source import open_source

FILES = 2800
BYTES = 40 << 20


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing: median milliseconds of `runs`, and the limit it should stay under (0: none)."""

    name: str
    milliseconds: float
    runs: int
    limit: float = 0.0


def measure(name: str, action: Callable[[], object], *, runs: int = 1, limit: float = 0.0) -> Figure:
    """Time an action; the median of its runs."""
    times: list[float] = []
    for _ in range(runs):
        begun = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - begun))
    return Figure(name, statistics.median(times), runs, limit)


def generate(folder: Path) -> None:
    """A repository of one commit whose files look like source code; always the same."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz_", k=chance.randint(3, 10))) for _ in range(5000)]
    for number in range(FILES):
        path = folder / f"package{number % 40:02}" / f"part{number % 7}" / f"module_{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (" ".join(chance.choices(words, k=8)) for _ in range(BYTES // FILES // 60))
        path.write_text("\n".join(lines) + "\n")
    for command in ("init -q", "add -A", "-c user.name=x -c user.email=x@x commit -q -m base"):
        subprocess.run(["git", "-C", str(folder), *command.split()], check=True)


@contextmanager
def place() -> Generator[Path]:
    """A folder of its own with the generated repository in `source`."""
    with tempfile.TemporaryDirectory(prefix="patchwright-bench-") as folder:
        (Path(folder) / "source").mkdir()
        generate(Path(folder) / "source")
        yield Path(folder)


def limits_of_the_machine(folder: Path) -> Iterator[Figure]:
    """The same work by plain programs."""
    source = str(folder / "source")
    clone = ["git", "clone", "-q", "--bare", "--no-local", source, str(folder / "plain.git")]
    yield measure("plain git clone --bare --no-local", lambda: subprocess.run(clone, check=True))
    yield measure("plain cp -r of the files", lambda: shutil.copytree(source, folder / "copy"))
    status = ["git", "-C", source, "status", "--porcelain"]
    yield measure("plain git status", lambda: subprocess.run(status, check=True), runs=5)
    archive = f"git -C {source} archive --format=tar HEAD > /dev/null"
    yield measure("plain git archive", lambda: subprocess.run(["sh", "-c", archive], check=True), runs=3)
    yield measure(
        "plain git version (one process)", lambda: subprocess.run(["git", "version"], stdout=subprocess.DEVNULL), runs=9
    )


def figures(folder: Path) -> Iterator[Figure]:
    """What we do with it."""
    source, cache = str(folder / "source"), folder / "cache"
    yield measure("open_source, cold", lambda: open_source(source, cache=cache))
    yield measure("open_source, warm", lambda: open_source(source, cache=cache), runs=9, limit=150)
    repository, base = open_source(source, cache=cache)
    yield measure("tar, cold", lambda: _drain(repository, base), limit=300)
    yield measure("tar, warm", lambda: _drain(repository, base), runs=5)
    tree = repository.tree(base)
    yield measure("read every file, one by one", lambda: [tree.read(path) for path in tree.paths()])
    yield measure("read every file, as a stream", lambda: sum(len(data) for _, data in tree.files()), runs=3)
    yield from _edits(repository, base)


def _edits(repository: Repository, base: str) -> Iterator[Figure]:
    head = [base]
    path = repository.tree(base).paths()[1000]

    def edit() -> None:
        data = repository.tree(head[-1]).read(path) + b"edited\n"
        trailers = {"Step": "1", "Attempt": "1", "Author": "model"}
        head.append(repository.commit(head[-1], {path: data}, message="edit", trailers=trailers))

    yield measure("commit of an edit", edit, runs=50, limit=15)
    yield measure("keep (a ref)", lambda: repository.keep("bench", head[-1]), runs=9)
    yield measure("diff", lambda: repository.diff(base, head[-1]), runs=9)
    yield measure("changed", lambda: repository.changed(base, head[-1]), runs=9)
    yield measure("provenance of 50 commits", lambda: hunks(repository, base, head[-1]), runs=5)
    yield measure("tar of an edited tree, cold", lambda: _drain(repository, head[-1]), limit=300)


def _drain(repository: Repository, commit: str) -> int:
    return sum(len(chunk) for chunk in repository.tree(commit).tar())


def main() -> None:
    """Measure and print the table."""
    table = Table("what", "median ms", "runs", "limit ms", title=f"Workspace: {FILES} files, {BYTES >> 20} MB")
    with place() as folder:
        for figure in (*limits_of_the_machine(folder), *figures(folder)):
            limit = f"{figure.limit:.0f}" if figure.limit else ""
            table.add_row(figure.name, f"{figure.milliseconds:.1f}", str(figure.runs), limit)
    Console().print(table)


if __name__ == "__main__":
    main()
