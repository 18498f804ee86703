"""What the sandbox costs, beside a plain subprocess and the engine's own exec in the same run.

python -m patchwright.evals.bench.sandbox [IMAGE]
"""

import io
import random
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from patchwright.sandbox.base import Sandbox, Spec, Tree
from patchwright.sandbox.docker import DockerSandboxes
from patchwright.sandbox.files import read_file, take_manifest, write_file
from patchwright.sandbox.images import ensure_image

FILES = 2800
BYTES = 40 << 20
RUN_ID = "bench"


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds of one thing, sorted, and what its median and 99th percentile should not pass (0: no target)."""

    name: str
    times: list[float]
    median_target: float = 0.0
    p99_target: float = 0.0

    def at(self, share: float) -> float:
        """The quantile."""
        return self.times[min(len(self.times) - 1, int(share * len(self.times)))]


@dataclass(frozen=True, slots=True)
class MadeTree:
    """Files that look like source code; always the same ones."""

    content: bytes
    key: str

    def tar(self) -> Iterator[bytes]:
        """See `Tree.tar`."""
        view = memoryview(self.content)
        for start in range(0, len(view), 1 << 18):
            yield bytes(view[start : start + (1 << 18)])


def made_tree(files: int, size: int) -> MadeTree:
    """A tree with that many files and bytes."""
    chance = random.Random(1)
    text = bytes(chance.choices(b"abcdefghij klmnopqrst\n", k=2 * size // files))
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for number in range(files):
            info = tarfile.TarInfo(f"package{number % 40:02}/part{number % 7}/module_{number}.py")
            info.size, start = size // files, chance.randrange(size // files)
            archive.addfile(info, io.BytesIO(text[start:]))
    return MadeTree(stream.getvalue(), f"bench-{files}-{size}")


def measure(name: str, action: Callable[[], object], runs: int, median: float = 0.0, p99: float = 0.0) -> Figure:
    """Time an action after one run to warm up."""
    action()
    times: list[float] = []
    for _ in range(runs):
        begun = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - begun))
    return Figure(name, sorted(times), median, p99)


def command_figures(sandbox: Sandbox, sandboxes: DockerSandboxes) -> Iterator[Figure]:
    """Single commands and files in a running sandbox."""
    client = sandboxes.client()

    def by_exec() -> bytes:
        made = client.exec_create(sandbox.name, ["true"])
        answer: bytes = client.exec_start(made["Id"])
        return answer

    yield measure("true as a plain subprocess, no sandbox", lambda: subprocess.run(["true"], check=True), 300)
    yield measure("true in the sandbox", lambda: sandbox.run(["true"], timeout=10), 1000, 3, 12)
    yield measure("true by the engine's exec", by_exec, 10)
    megabyte = ["head", "-c", "1000000", "/dev/zero"]
    yield measure(
        "1 MB of output, plain subprocess", lambda: subprocess.run(megabyte, capture_output=True, check=True), 30
    )
    yield measure("1 MB of output", lambda: sandbox.run(megabyte, timeout=10), 30, 15)
    yield measure("write a file", lambda: write_file(sandbox, "package00/new/file.py", b"x = 1\n" * 500), 100)
    yield measure("read a file", lambda: read_file(sandbox, "package00/new/file.py", 1 << 20), 100)
    yield measure(f"list what changed in {FILES:,} files", lambda: take_manifest(sandbox), 20, 60)


def life_figures(sandboxes: DockerSandboxes, image: str, tree: Tree) -> Iterator[Figure]:
    """Opening and ending."""
    empty = made_tree(1, 1)
    writable, frozen = Spec(image, RUN_ID, "executing"), Spec(image, RUN_ID, "planning", read_only=True)
    for name, spec, content, target in (
        ("create, start and check a container", writable, empty, 0.0),
        (f"workspace ready, {FILES:,} files and {BYTES >> 20} MB", writable, tree, 600.0),
        ("the same read-only, from its volume", frozen, tree, 600.0),
    ):
        opening, ending = open_and_end(sandboxes, spec, content, 5)
        yield Figure(name, opening, target)
    yield Figure("kill and remove", ending)


def open_and_end(sandboxes: DockerSandboxes, spec: Spec, tree: Tree, runs: int) -> tuple[list[float], list[float]]:
    """Milliseconds to open and to close, sorted, after one run to warm up."""
    times: list[tuple[float, float]] = []
    for _ in range(runs + 1):
        stack = ExitStack()
        begun = time.perf_counter()
        stack.enter_context(sandboxes.open(spec, tree))
        ready = time.perf_counter()
        stack.close()
        times.append((1000 * (ready - begun), 1000 * (time.perf_counter() - ready)))
    opening, ending = zip(*times[1:], strict=True)
    return sorted(opening), sorted(ending)


def figures(image: str) -> Iterator[Figure]:
    """All of them, in the order of the table."""
    sandboxes = DockerSandboxes("bench")
    tree = made_tree(FILES, BYTES)
    with sandboxes.open(Spec(image, RUN_ID, "executing"), tree) as sandbox:
        yield from command_figures(sandbox, sandboxes)
    yield from life_figures(sandboxes, image, tree)


def table(found: list[Figure]) -> Table:
    """Medians and 99th percentiles beside their targets."""
    result = Table("milliseconds", "runs", "median", "target", "p99", "target", title="Sandbox")
    for one in found:
        targets = [f"{target:g}" if target else "" for target in (one.median_target, one.p99_target)]
        result.add_row(
            one.name, str(len(one.times)), f"{one.at(0.5):.1f}", targets[0], f"{one.at(0.99):.1f}", targets[1]
        )
    return result


def main(arguments: list[str]) -> None:
    """Measure and print."""
    image = arguments[0] if arguments else ensure_image("python")
    Console().print(table(list(figures(image))))


if __name__ == "__main__":
    main(sys.argv[1:])
