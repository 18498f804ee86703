"""What the workspace costs on a large repository, beside what git and the machine themselves need.

python -m patchwright.evals.bench.workspace
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from patchwright.evals.bench.figures import Figure, quantile, table, timed
from patchwright.evals.bench.generated import BYTES, FILES, place
from patchwright.sandbox.provenance import hunks
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.source import open_source


def measure(
    name: str, action: Callable[[], object], runs: int = 1, target: float | None = None, beside: str = ""
) -> Figure:
    """The median of the runs."""
    return Figure(name, quantile(timed(action, runs, warm=0)), "ms", target, beside)


def plain(*command: str, runs: int = 3) -> float:
    """Milliseconds of a program without us."""
    return quantile(timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL), runs, warm=0))


def figures(folder: Path) -> Iterator[Figure]:
    """Opening, reading, committing, comparing."""
    source, cache = str(folder / "source"), folder / "cache"
    clone = plain("git", "clone", "-q", "--bare", "--no-local", source, str(folder / "plain.git"), runs=1)
    beside = f"git clone --bare: {clone:.0f} ms"
    yield measure("open the source, cold", lambda: open_source(source, cache=cache), beside=beside)
    status = f"git status: {plain('git', '-C', source, 'status', '--porcelain'):.0f} ms"
    yield measure("open the source, warm", lambda: open_source(source, cache=cache), 9, 250, status)
    repository, base = open_source(source, cache=cache)
    archive = plain("git", "-C", source, "archive", "--format=tar", "HEAD")
    yield measure("tar, cold", lambda: _drain(repository, base), beside=f"git archive: {archive:.0f} ms")
    copying = quantile(timed(lambda: shutil.copytree(source, folder / "copy"), 1, warm=0))
    yield measure("tar, warm", lambda: _drain(repository, base), 5, 300, f"a copy of the files: {copying:.0f} ms")
    tree = repository.tree(base)
    yield measure("read every file as a stream", lambda: sum(len(data) for _, data in tree.files()), 3)
    yield from edits(repository, base)
    repository.close()


def edits(repository: Repository, base: str) -> Iterator[Figure]:
    """An attempt's snapshot is a commit: nothing of it is in the sandbox."""
    head = [base]
    path = repository.tree(base).paths()[-1]

    def edit() -> None:
        data = repository.tree(head[-1]).read(path) + b"# edited\n"
        trailers = {"Step": "1", "Attempt": "1", "Author": "model"}
        head.append(repository.commit(head[-1], {path: data}, message="edit", trailers=trailers))

    process = f"one git process: {plain('git', 'version', runs=9):.1f} ms"
    yield measure("snapshot of an attempt: a commit", edit, 50, 100, process)
    yield measure("keep it: a ref", lambda: repository.keep("bench", head[-1]), 9)
    yield measure("diff of 50 commits", lambda: repository.diff(base, head[-1]), 9)
    yield measure("who made which hunk of 50 commits", lambda: hunks(repository, base, head[-1]), 5)
    yield measure("tar of an edited tree, cold", lambda: _drain(repository, head[-1]))


def _drain(repository: Repository, commit: str) -> int:
    return sum(len(chunk) for chunk in repository.tree(commit).tar())


def report() -> str:
    """Measure; the table."""
    with place() as folder:
        return table(f"The workspace: {FILES} files, {BYTES >> 20} MB", figures(folder))


def main() -> None:
    """Measure and print the table."""
    print(report())


if __name__ == "__main__":
    main()
