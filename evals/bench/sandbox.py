"""What the sandbox costs, beside a plain subprocess and the engine's own exec in the same run.

python -m patchwright.evals.bench.sandbox [IMAGE]
"""

import io
import random
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from patchwright.evals.bench.figures import Figure, quantile, table, timed
from patchwright.evals.bench.generated import BYTES, FILES
from patchwright.sandbox.base import Changes, Limits, Sandbox, Size, Spec, Tree, size_of
from patchwright.sandbox.docker import DockerSandboxes
from patchwright.sandbox.files import read_file, take_manifest, write_file
from patchwright.sandbox.fill import fill
from patchwright.sandbox.images import ensure_image
from patchwright.sandbox.layers import Choose, Way

RUN_ID = "bench"
MEGABYTE = ["head", "-c", "1000000", "/dev/zero"]


@dataclass(frozen=True, slots=True)
class MadeTree:
    """Files that look like source code; always the same ones."""

    content: bytes
    key: str
    size: Size
    base: None = None

    def changes(self) -> Changes:
        """See `Tree.changes`: it has no base."""
        return Changes((), ())

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
    return MadeTree(stream.getvalue(), f"bench-{files}-{size}", size_of([size // files] * files, 280))


def commands(sandbox: Sandbox, sandboxes: DockerSandboxes, runs: int) -> Iterator[Figure]:
    """Single commands and files in a running sandbox."""
    client = sandboxes.client()

    def by_exec() -> bytes:
        made = client.exec_create(sandbox.name, ["true"])
        answer: bytes = client.exec_start(made["Id"])
        return answer

    plain = timed(lambda: subprocess.run(["true"], check=True), max(1, runs // 3))
    beside = f"a plain subprocess: {quantile(plain):.1f} ms; the engine's exec: {quantile(timed(by_exec, 10)):.0f} ms"
    ours = timed(lambda: sandbox.run(["true"], timeout=10), runs)
    yield Figure("`true` in the sandbox, median", quantile(ours), "ms", 3, beside)
    worst = f"a plain subprocess: {quantile(plain, 0.99):.1f} ms"
    yield Figure("`true` in the sandbox, 99th percentile", quantile(ours, 0.99), "ms", 12, worst)
    few = max(1, runs // 30)
    host = quantile(timed(lambda: subprocess.run(MEGABYTE, capture_output=True, check=True), few))
    found = quantile(timed(lambda: sandbox.run(MEGABYTE, timeout=10), few))
    yield Figure("1 MB of output", found, "ms", 15, f"a plain subprocess: {host:.1f} ms")
    path, data = "package00/new/file.py", b"x = 1\n" * 500
    yield Figure("write a file", quantile(timed(lambda: write_file(sandbox, path, data), few)), "ms")
    yield Figure("read a file", quantile(timed(lambda: read_file(sandbox, path, 1 << 20), few)), "ms")
    yield Figure("list what changed in the tree", quantile(timed(lambda: take_manifest(sandbox), 10)), "ms", 60)


def lives(image: str, tree: Tree, runs: int) -> Iterator[Figure]:
    """Filling, opening and ending; an open sandbox holds its tree and has checked itself."""
    copying, layering = (DockerSandboxes("bench", choose=always(way)) for way in ("copy", "layer"))
    writable, frozen = Spec(image, RUN_ID, "executing"), Spec(image, RUN_ID, "planning", read_only=True)
    empty = made_tree(1, 1)
    ways = [(copying, writable, empty), (copying, writable, tree), (layering, writable, tree), (copying, frozen, tree)]
    rounds = [[open_and_end(*way) for way in ways] for _ in range(runs + 1)][1:]
    nothing, copied, layered, mounted = (quantile(one[0] for one in way) for way in zip(*rounds, strict=True))
    with copying.open(writable, empty) as sandbox:
        filled = [fill_once(sandbox, tree, number) for number in range(runs)]
    with layering.open(writable, tree) as sandbox:
        listed = quantile(timed(lambda: take_manifest(sandbox), 10))
    beside = f"a container opened with an empty tree: {nothing:.0f} ms"
    yield Figure("workspace ready in a started container, by tar", quantile(filled), "ms", 600, beside)
    yield Figure("the same by a layer: what opening takes longer", layered - nothing, "ms", 350, beside)
    yield Figure("a container opened with it by tar, in all", copied, "ms", None, beside)
    yield Figure("a container opened with it by a layer, in all", layered, "ms", None, beside)
    yield Figure("the same read-only from its volume, in all", mounted, "ms", None, beside)
    yield Figure("list what changed in the tree, by a layer", listed, "ms", 60)
    ended = quantile(ending for one in rounds for _, ending in one)
    yield Figure("end of a container: kill and remove", ended, "ms", None, "a stop that waits: 10 s and more")


def always(way: Way) -> Choose:
    """A choice that asks nothing."""
    return lambda size, limits, warm: way


def fill_once(sandbox: Sandbox, tree: Tree, number: int) -> float:
    """Milliseconds to put the tree into a new folder of the workspace."""
    sandbox.run(["mkdir", f"filled{number}"], timeout=10)
    begun = time.perf_counter()
    fill(sandbox, tree, Limits(), into=f"filled{number}")
    return 1000 * (time.perf_counter() - begun)


def open_and_end(sandboxes: DockerSandboxes, spec: Spec, tree: Tree) -> tuple[float, float]:
    """Milliseconds to open and to close."""
    stack = ExitStack()
    begun = time.perf_counter()
    stack.enter_context(sandboxes.open(spec, tree))
    ready = time.perf_counter()
    stack.close()
    return 1000 * (ready - begun), 1000 * (time.perf_counter() - ready)


def figures(image: str, files: int = FILES, size: int = BYTES, runs: int = 1000, lives_of: int = 5) -> Iterator[Figure]:
    """All of them, in the order of the table."""
    sandboxes = DockerSandboxes("bench")
    tree = made_tree(files, size)
    with sandboxes.open(Spec(image, RUN_ID, "executing"), tree) as sandbox:
        yield from commands(sandbox, sandboxes, runs)
    yield from lives(image, tree, lives_of)


def report(image: str = "") -> str:
    """Measure; the table."""
    return table(f"The sandbox: {FILES} files, {BYTES >> 20} MB", figures(image or ensure_image("python")))


def main() -> None:
    """Measure and print the table."""
    print(report(*sys.argv[1:2]))


if __name__ == "__main__":
    main()
