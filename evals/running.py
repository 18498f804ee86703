"""Doing the jobs of an evaluation: each in a process of its own, several at once, none lost and none done twice."""

import os
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path

from patchwright.evals.campaign import Campaign, Job, jobs_of, read_row, write_row
from patchwright.evals.conducting import Conductor, Drive, conduct
from patchwright.evals.instance import Dataset, Prediction
from patchwright.evals.predictions import line_of
from patchwright.evals.reportfiles import write_whole
from patchwright.evals.rows import Row, read_rows

JOB_SECONDS = 6 * 3600.0
"""A job that is not done by then has hung: budgets end runs long before."""
TRIES = 3
"""How often a job whose process died is begun again."""
LOG_TAIL = 2000


@dataclass(frozen=True, slots=True)
class Doing:
    """How jobs are done: `command` is the argument list of the process of one, `env` is added to ours."""

    folder: Path
    command: Callable[[Job], Sequence[str]]
    env: Mapping[str, str]
    workers: int
    tell: Callable[[Row, int, int], None]
    processes: set["subprocess.Popen[bytes]"] = field(default_factory=set["subprocess.Popen[bytes]"])
    ended: threading.Event = field(default_factory=threading.Event)


def left_to_do(campaign: Campaign, dataset: Dataset, folder: Path, shard: tuple[int, int]) -> list[Job]:
    """The jobs without a result, or with one that the place spoiled."""
    return [job for job in jobs_of(campaign, dataset, shard) if not _is_done(read_row(folder, job))]


def _is_done(row: Row | None) -> bool:
    return row is not None and not row.infrastructure


def do_all(doing: Doing, jobs: Sequence[Job]) -> None:
    """Do these jobs. When we are interrupted, their processes are too; what they did is kept."""
    done: list[Row] = []
    telling = threading.Lock()

    def one(job: Job) -> None:
        row = _done(doing, job)
        if row is not None:
            with telling:
                done.append(row)
                doing.tell(row, len(done), len(jobs))

    pool = ThreadPoolExecutor(doing.workers, thread_name_prefix="job")
    try:
        for future in [pool.submit(one, job) for job in jobs]:
            future.result()
    finally:
        doing.ended.set()
        for process in list(doing.processes):
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


def _done(doing: Doing, job: Job) -> Row | None:
    """The job's row; None if we were interrupted. What dies or is spoiled by the place is begun again, and goes on."""
    said, row = "", None
    for _ in range(TRIES):
        if doing.ended.is_set():
            return None
        said = _tried(doing, job)
        row = read_row(doing.folder, job)
        if _is_done(row):
            return row
    if doing.ended.is_set() or row is not None:
        return row
    return _died(doing, job, said)


def _died(doing: Doing, job: Job, said: str) -> Row:
    """The row of a job whose process left none."""
    names = {"setup": job.setup.name, "instance_id": job.instance.instance_id, "attempt": job.attempt}
    row = Row.model_validate({**names, "failure": "infrastructure", "reason": said[-LOG_TAIL:]})
    write_row(doing.folder, job, row)
    return row


def _tried(doing: Doing, job: Job) -> str:
    """Run the job's process to its end; the end of what it said."""
    place = job.folder(doing.folder)
    place.mkdir(parents=True, exist_ok=True)
    with (place / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            doing.command(job), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **doing.env}
        )
        doing.processes.add(process)
        try:
            process.wait(JOB_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        finally:
            doing.processes.discard(process)
    return (place / "log.txt").read_bytes()[-LOG_TAIL:].decode("utf-8", "replace")


def conducted(conductor: Conductor, jobs: Sequence[Job], drive: Drive, workers: int) -> Iterator[Row]:
    """The rows of jobs that are conducted here while others drive their runs; each is kept as soon as it is there."""
    others = replace(conductor, drive=drive)

    def one(job: Job) -> Row:
        row = conduct(others, job)
        write_row(conductor.folder, job, row)
        return row

    with ThreadPoolExecutor(workers, thread_name_prefix="conduct") as pool:
        yield from (done.result() for done in as_completed([pool.submit(one, job) for job in jobs]))


def write_predictions(folder: Path) -> list[Path]:
    """A predictions file for each configuration and attempt, from the rows that there are."""
    rows, _ = read_rows([folder])
    (folder / "predictions").mkdir(exist_ok=True)
    files: list[Path] = []
    for setup, attempt in sorted({(row.setup, row.attempt) for row in rows}):
        mine = [row for row in rows if (row.setup, row.attempt) == (setup, attempt) and not row.infrastructure]
        path = folder / "predictions" / f"{setup}.{attempt}.jsonl"
        write_whole(path, b"".join(_lines(mine)))
        files.append(path)
    return files


def _lines(rows: Iterable[Row]) -> Iterable[bytes]:
    for row in rows:
        yield line_of(
            Prediction(
                instance_id=row.instance_id,
                model_name_or_path=row.setup,
                model_patch=row.patch,
                outcome=row.outcome,
            )
        )
