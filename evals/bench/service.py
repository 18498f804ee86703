"""The service under load, from outside: `patchwright serve` is a process, its followers and callers are this one.

The peer is a bare FastAPI route that reads one SQLite row, on the same server, in the same minute.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from patchwright.agent.issue import Issue
from patchwright.agent.state import GRAPH_VERSION
from patchwright.agent.store.database import open_database
from patchwright.agent.store.ledger import own
from patchwright.agent.store.store import Store
from patchwright.evals.bench.figures import Figure, quantile, table

FOLLOWERS = 200
RUNS = 20
CALLS_PER_SECOND = 50
MIXED_SECONDS = 10
EVENTS = 2000
"""Written while all follow one run."""
CALLERS = 16
"""Connections that ask for one run as quickly as they can."""
THROUGHPUT_SECONDS = 5

BARE = """
import sqlite3, sys, uvicorn
from fastapi import FastAPI
app, rows = FastAPI(), sqlite3.connect(sys.argv[1], check_same_thread=False)
@app.get("/{name}")
async def look(name: str):
    return {"id": rows.execute("SELECT id, status FROM runs WHERE id=?", (name,)).fetchone()[0]}
uvicorn.run(app, port=int(sys.argv[2]), log_level="error", access_log=False)
"""


def report() -> str:
    """All figures of the service as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        store = Store(open_database(state / "patchwright.db"))
        run_ids = [_run(store) for _ in range(RUNS)]
        with _served(state) as (port, pid, key):
            figures = [
                *_at_rest(pid),
                *asyncio.run(_mixed(store, run_ids, port, key)),
                *asyncio.run(_stream(store, run_ids[0], port, key)),
            ]
            with _bare(state) as bare:
                figures += asyncio.run(_throughput(run_ids[0], port, key, bare))
    return table(f"The service (load {os.getloadavg()[0]:.0f} while measured)", figures)


def _run(store: Store) -> str:
    issue = Issue(title="Round first", repository="/srv/clock", base_commit="b" * 40, clone="c.git")
    return store.create_run(issue, GRAPH_VERSION, "local").id


def _at_rest(pid: int) -> list[Figure]:
    before, began = _cpu(pid), time.monotonic()
    time.sleep(10)
    share = 100 * (_cpu(pid) - before) / (time.monotonic() - began)
    memory = int(
        next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in line).split()[1]
    )
    return [Figure("memory at rest", memory / 1024, "MB", 150), Figure("processor at rest", share, "% of a core", 1)]


async def _mixed(store: Store, run_ids: Sequence[str], port: int, key: str) -> list[Figure]:
    """Calls while everybody follows and events are written; nobody may miss one or see one twice."""
    following = [asyncio.create_task(_follow(run_ids[number % RUNS], port, key)) for number in range(FOLLOWERS)]
    times = list[float]()
    asking = [
        asyncio.create_task(_ask_at(time.monotonic() + number / CALLS_PER_SECOND, run_ids, number, port, key, times))
        for number in range(CALLS_PER_SECOND * MIXED_SECONDS)
    ]
    await asyncio.to_thread(_write, store, run_ids, MIXED_SECONDS)
    await asyncio.gather(*asking)
    for run_id in run_ids[1:]:
        _end(store, run_id)
    _note(store, run_ids[0], "last")
    seen = await asyncio.gather(*(task for number, task in enumerate(following) if number % RUNS))
    for number, task in enumerate(following):
        if number % RUNS == 0:
            task.cancel()
    wrong = sum(numbers != list(range(1, len(numbers) + 1)) for numbers in seen)
    said = f"{FOLLOWERS} followers, {CALLS_PER_SECOND} calls/s"
    return [
        Figure("GET of a run, 99th percentile", 1000 * quantile(times, 0.99), "ms", 50, said),
        Figure("GET of a run, median", 1000 * quantile(times), "ms", None, said),
        Figure("followers that missed an event or saw one twice", wrong, "", 0, f"of {len(seen)}"),
    ]


async def _stream(store: Store, run_id: str, port: int, key: str) -> list[Figure]:
    """How many events a second reach all followers of one run."""
    first = store.last_event(run_id)
    following = [asyncio.create_task(_follow(run_id, port, key, first)) for _ in range(FOLLOWERS)]
    await asyncio.sleep(2)
    began = time.monotonic()
    await asyncio.to_thread(_burst, store, run_id)
    await asyncio.gather(*following)
    rate = FOLLOWERS * EVENTS / (time.monotonic() - began)
    return [Figure("events delivered to 200 followers", rate, "events/s", None, "target: at least 8000")]


async def _throughput(run_id: str, port: int, key: str, bare: int) -> list[Figure]:
    ours = await _hammer(port, f"/v1/runs/{run_id}", key)
    theirs = await _hammer(bare, f"/{run_id}", "")
    return [
        Figure(
            "GET /v1/runs/{id}",
            ours,
            "requests/s",
            None,
            f"a bare route reading one SQLite row: {theirs:.0f} requests/s",
        ),
        Figure("the bare route, as many times as fast", theirs / ours, "times", 2),
    ]


async def _hammer(port: int, path: str, key: str) -> float:
    until, counts = time.monotonic() + THROUGHPUT_SECONDS, [0] * CALLERS

    async def caller(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < until:
            await _get(reader, writer, path, key)
            counts[number] += 1
        writer.close()

    await asyncio.gather(*(caller(number) for number in range(CALLERS)))
    return sum(counts) / THROUGHPUT_SECONDS


async def _get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, key: str) -> None:
    writer.write(_request(path, key))
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise AssertionError(head.decode())
    await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))


async def _ask_at(at: float, run_ids: Sequence[str], number: int, port: int, key: str, times: list[float]) -> None:
    await asyncio.sleep(max(0.0, at - time.monotonic()))
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _get(reader, writer, f"/v1/runs/{run_ids[number % RUNS]}", key)
    times.append(time.monotonic() - began)
    writer.close()


async def _follow(run_id: str, port: int, key: str, after: int = 0) -> list[int]:
    """The numbers of the events of one stream, until it ends or `EVENTS` behind `after` are there."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_request(f"/v1/runs/{run_id}/events?after={after}", key))
    seen = list[int]()
    while line := await reader.readline():
        if line.startswith(b"id: "):
            seen.append(int(line[4:]))
        if (after and len(seen) == EVENTS) or line == b"0\r\n":
            break
    writer.close()
    return seen


def _request(path: str, key: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


def _write(store: Store, run_ids: Sequence[str], seconds: float) -> None:
    """Ten events a second for each run."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for run_id in run_ids:
            _note(store, run_id, "something happened")
        time.sleep(0.1)


def _note(store: Store, run_id: str, text: str) -> None:
    store.append(run_id, "warning", {"text": text})


def _burst(store: Store, run_id: str) -> None:
    for number in range(EVENTS):
        _note(store, run_id, f"fact {number}")


def _end(store: Store, run_id: str) -> None:
    with own(store, run_id) as ledger:
        ledger.end("cancelled", None, "none", "")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _served(state: Path) -> Generator[tuple[int, int, str]]:
    """The port, process id and an admin's key of a server on this state folder, which works on no runs."""
    program, port = str(Path(sys.executable).parent / "patchwright"), _free_port()
    env = {**os.environ, "PATCHWRIGHT_STATE": str(state)}
    create = [program, "keys", "create", "--role", "admin", "--requests-per-minute", "100000000"]
    key = subprocess.run(create, env=env, capture_output=True, text=True, check=True).stdout.strip()
    with _process([program, "serve", "--port", str(port), "--workers", "0"], port, env) as process:
        yield port, process.pid, key


@contextmanager
def _bare(state: Path) -> Generator[int]:
    port = _free_port()
    command = [sys.executable, "-c", BARE, str(state / "patchwright.db"), str(port)]
    with _process(command, port, dict(os.environ)):
        yield port


@contextmanager
def _process(command: Sequence[str], port: int, env: dict[str, str]) -> "Generator[subprocess.Popen[bytes]]":
    """The process, once it listens."""
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 60
            while not _listens(port):
                if time.monotonic() > until or process.poll() is not None:
                    raise TimeoutError(f"{command[0]} does not listen")
                time.sleep(1)
            time.sleep(2)
            yield process
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
