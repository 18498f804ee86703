"""Reads files in worker processes: each file has a deadline, and one that kills its worker is skipped and named."""

import json
import os
import select
import subprocess
import sys
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue
from typing import NamedTuple

from patchwright.tools.knowledge.index import Key, Skipped
from patchwright.tools.knowledge.tags import Definition, Tags

SECONDS = 3.0
"""For one file; the largest honest one takes half a second."""
MAX_ANSWER = 32 << 20
WORKERS = 4
TRIES = 2
"""A worker may also have crashed for another reason than its file."""
BATCH_BYTES = 256 << 10

_COMMAND = (sys.executable, "-I", "-m", "patchwright.tools.knowledge.worker")


class Blob(NamedTuple):
    """A file to read."""

    key: Key
    data: bytes


Read = tuple[Key, Tags | Skipped]


class _Crashed(Exception):
    """The worker is gone."""


class _TooMuch(Exception):
    """The file takes too long, or has too much in it."""


class Reader:
    """A worker process, started when it is needed and again when it has died."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._rest = bytearray()

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def read(self, blobs: Sequence[Blob]) -> Iterator[Read]:
        """What is in each of them, in order."""
        left, tries = deque(blobs), 0
        while left:
            try:
                self._send(left)
                while left:
                    yield left[0].key, self._answer()
                    left.popleft()
                    tries = 0
            except (_Crashed, _TooMuch) as error:
                self.close()
                tries += 1
                if tries == TRIES or isinstance(error, _TooMuch):
                    yield left.popleft().key, Skipped(str(error))
                    tries = 0

    def _send(self, blobs: Iterable[Blob]) -> None:
        header = json.dumps([(blob.key.language, len(blob.data)) for blob in blobs]).encode()
        data = memoryview(b"".join([header, b"\n", *(blob.data for blob in blobs)]))
        if self.process is None:
            self._start()
        assert self.process is not None and self.process.stdin is not None
        handle, deadline = self.process.stdin.fileno(), time.monotonic() + SECONDS
        while data:
            _ready(handle, select.POLLOUT, deadline)
            try:
                data = data[os.write(handle, data) :]
            except BrokenPipeError as error:
                raise _Crashed("its reader crashed") from error

    def _start(self) -> None:
        self._rest.clear()
        self.process = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,  # Ctrl-C is not for it: a file would be taken for a killer
        )
        assert self.process.stdin is not None
        os.set_blocking(self.process.stdin.fileno(), False)

    def _answer(self) -> Tags | Skipped:
        assert self.process is not None and self.process.stdout is not None
        handle, deadline = self.process.stdout.fileno(), time.monotonic() + SECONDS
        searched = 0
        while (end := self._rest.find(b"\n", searched)) < 0:
            searched = len(self._rest)
            _ready(handle, select.POLLIN, deadline)
            chunk = os.read(handle, 1 << 20)
            if not chunk:
                raise _Crashed("its reader crashed")
            if searched > MAX_ANSWER:
                raise _TooMuch("it defines too much")
            self._rest += chunk
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return checked(line)


def _ready(handle: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(handle, event)
    if not poll.poll(max(deadline - time.monotonic(), 0) * 1000):
        raise _TooMuch(f"reading it took longer than {SECONDS:.0f} s")


def checked(line: bytes) -> Tags | Skipped:
    """An answer of a worker, which a hostile file may have taken over: nothing but texts and numbers of this shape."""
    try:
        definitions, references, words = json.loads(line)
        found = tuple(
            Definition(str(name), str(parent), int(first), int(last), str(signature), str(doc))
            for name, parent, first, last, signature, doc in definitions
        )
        tags = Tags(found, tuple(map(str, references)), tuple(map(str, words)))
    except (ValueError, TypeError, RecursionError):
        return Skipped("its reader gave no proper answer")
    return tags if len(tags.words) == len(found) + 1 else Skipped("its reader gave no proper answer")


def batches(blobs: Iterable[Blob]) -> Iterator[list[Blob]]:
    """The files in heaps that are worth a round trip."""
    heap, size = list[Blob](), 0
    for blob in blobs:
        heap.append(blob)
        size += len(blob.data)
        if size >= BATCH_BYTES:
            yield heap
            heap, size = [], 0
    if heap:
        yield heap


def read_all(heaps: Iterable[Sequence[Blob]], workers: int) -> Generator[list[Read]]:
    """What is in the files, heap by heap in order, by several workers; only a few heaps are in memory at once."""
    free: SimpleQueue[Reader] = SimpleQueue()

    def read(heap: Sequence[Blob]) -> list[Read]:
        reader = free.get()
        try:
            return list(reader.read(heap))
        finally:
            free.put(reader)

    with ExitStack() as stack:
        for _ in range(workers):
            reader = Reader()
            stack.callback(reader.close)
            free.put(reader)
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        waiting: deque[Future[list[Read]]] = deque()
        for heap in heaps:
            waiting.append(pool.submit(read, heap))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
