"""`eval run`: the jobs of an evaluation, each in a process of its own, and the process of one."""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from patchwright.agent.budget import read_addition
from patchwright.agent.config import from_environment
from patchwright.agent.errors import UsageError
from patchwright.api import exits
from patchwright.api.assemble import assemble, reap_in_background
from patchwright.api.choices import Choices
from patchwright.api.evaldoor import NO_BOUNDS, Asked, Bounds, chosen, court_of, name_bad
from patchwright.api.place import Place, open_place
from patchwright.api.screen import Screen
from patchwright.evals.approving import Approver, approver, read_policy
from patchwright.evals.campaign import (
    Campaign,
    Job,
    find_campaign,
    jobs_of,
    new_id,
    open_campaign,
    setups_of,
    write_row,
)
from patchwright.evals.conducting import Conductor, conduct
from patchwright.evals.datasets import load_dataset
from patchwright.evals.dispatching import dispatched
from patchwright.evals.own import RECORDING
from patchwright.evals.recipes import read_recipes, with_recipes
from patchwright.evals.rows import Row, read_rows
from patchwright.evals.running import Doing, conducted, do_all, left_to_do, write_predictions
from patchwright.tools.secrets import Redactor

PROGRAM = (sys.executable, "-c", "from patchwright.api.entry import main; main()")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `eval run` is told beside the dataset."""

    configs: tuple[Path, ...]
    recorded: bool = False
    attempts: int = 1
    shard: str = "1/1"
    approval: str = "auto"
    budget: str = ""
    total: str = ""
    dispatch: bool = False
    bounds: Bounds = NO_BOUNDS


def run(asked: Asked, wanted: Wanted) -> int:
    """0 if every job is done, 4 if the place spoiled some, 1 if too few are resolved."""
    signal.signal(signal.SIGTERM, _interrupt)
    screen = _screen(asked)
    dataset = chosen(asked)
    campaign = open_campaign(asked.into, _campaign(asked, wanted))
    jobs = _playable(left_to_do(campaign, dataset, asked.into, _shard(wanted.shard)), screen)
    name_bad(screen, dataset.bad)

    def tell(row: Row, number: int, of: int) -> None:
        what = "resolved" if row.resolved else row.failure
        spent = f"{row.usage.requests} requests, {row.usage.tokens_in + row.usage.tokens_out:,} tokens"
        why = f" ({row.reason[:160]})" if row.reason and not row.resolved else ""
        name = f"{row.setup} {row.instance_id} #{row.attempt}"
        said = f"{number} of {of}  {name}: {what}{why}; {spent}, {row.seconds:.0f} s"
        screen.say(said, "green" if row.resolved else "yellow")

    doing = Doing(asked.into, partial(_command, asked.into), _state(asked.into), asked.workers, tell)
    if wanted.dispatch:
        _dispatched(asked, campaign, jobs, doing)
    else:
        do_all(doing, jobs)
    files = write_predictions(asked.into)
    rows, _ = read_rows([asked.into])
    return _conclude(asked, wanted, rows, files)


def _screen(asked: Asked) -> Screen:
    return Screen(Redactor(from_environment(os.environ, Path.cwd()).secrets()), asked.as_json)


def _playable(jobs: Sequence[Job], screen: Screen) -> list[Job]:
    """The jobs but those that are to be played from a recording which is not there."""
    mute = [job for job in jobs if job.setup.recorded and not (Path(job.instance.folder) / RECORDING).is_file()]
    for job in mute:
        screen.say(f"Left out: {job.instance.instance_id} has no {RECORDING}.", "yellow")
    return [job for job in jobs if job not in mute]


def _dispatched(asked: Asked, campaign: Campaign, jobs: Sequence[Job], doing: Doing) -> None:
    """Here is decided and graded; the runs are worked on by whoever works on the service's. Raises `UsageError`."""
    if [setup.config for setup in campaign.setups] != [""]:
        raise UsageError("With --dispatch the workers' own settings are measured: leave --config and --recorded out.")
    from patchwright.api.dispatch.opening import open_dispatch

    place = open_place(as_json=asked.as_json)
    dispatch = open_dispatch(place.settings, place.store, place.screen.say)
    try:
        base = _conductor(place, asked.into, campaign, jobs[0]) if jobs else None
        for number, row in enumerate(conducted(base, jobs, dispatched(dispatch), asked.workers) if base else (), 1):
            doing.tell(row, number, len(jobs))
    finally:
        dispatch.close()


def _conclude(asked: Asked, wanted: Wanted, rows: tuple[Row, ...], files: list[Path]) -> int:
    screen = _screen(asked)
    counted = [row for row in rows if not row.infrastructure]
    resolved, spoiled = sum(row.resolved for row in counted), len(rows) - len(counted)
    if asked.as_json:
        named = {"folder": str(asked.into), "predictions": [str(path) for path in files]}
        screen.data({**named, "rows": [row.model_dump(mode="json", exclude={"patch"}) for row in rows]})
    else:
        screen.show(screen.text(f"{resolved} of {len(counted)} resolved.", "bold"))
        screen.show(screen.text(f"`patchwright eval report {asked.into}` says more."))
    if spoiled:
        screen.say(f"The place failed for {spoiled} of them: run the same command again.", "yellow")
    if spoiled:
        return exits.INFRASTRUCTURE
    return exits.VERIFIED if wanted.bounds.hold(resolved, len(counted)) else exits.UNVERIFIED


def _campaign(asked: Asked, wanted: Wanted) -> Campaign:
    source = asked.dataset if asked.dataset == "builtin" else str(Path(asked.dataset).absolute())
    return Campaign(
        id=new_id(),
        dataset=source,
        setups=setups_of(wanted.configs, recorded=wanted.recorded),
        attempts=wanted.attempts,
        policy=read_policy(wanted.approval),
        budget=read_addition(wanted.budget) if wanted.budget else {},
        total=read_addition(wanted.total) if wanted.total else {},
        mirror=str(asked.mirror.absolute()) if asked.mirror else "",
        allow_images=asked.allow_images,
        environments=str(asked.environments.absolute()) if asked.environments else "",
    )


def _shard(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise UsageError(f"--shard {text}: write N/M, as 1/4 on the first of four machines.")
    return int(number), int(of)


def _state(folder: Path) -> dict[str, str]:
    """Runs of an evaluation are kept in its folder, not among the user's own."""
    return {"PATCHWRIGHT_STATE": str((folder / "state").absolute())}


def _command(folder: Path, job: Job) -> list[str]:
    named = [str(folder.absolute()), job.setup.name, job.instance.instance_id, str(job.attempt)]
    return [*PROGRAM, "eval", "work", *named]


def work(folder: Path, setup: str, instance: str, attempt: int) -> int:
    """Do one job and keep its row."""
    campaign = find_campaign(folder)
    if campaign is None:
        raise UsageError(f"{folder} holds no evaluation.")
    signal.signal(signal.SIGTERM, _interrupt)
    job = _job(campaign, setup, instance, attempt)
    place = open_place(config=job.setup.config)
    write_row(folder, job, conduct(_conductor(place, folder, campaign, job), job))
    return exits.VERIFIED


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """As Ctrl-C: the sandbox is closed, the run parked."""
    raise KeyboardInterrupt


def _job(campaign: Campaign, setup: str, instance: str, attempt: int) -> Job:
    recipes = read_recipes(Path(campaign.environments)) if campaign.environments else ()
    dataset = with_recipes(load_dataset(campaign.dataset).only((instance,)), recipes)
    found = [job for job in jobs_of(campaign, dataset) if (job.setup.name, job.attempt) == (setup, attempt)]
    if not found:
        raise UsageError(f"The evaluation has no job {setup} {instance} {attempt}.")
    return found[0]


def _conductor(place: Place, folder: Path, campaign: Campaign, job: Job) -> Conductor:
    recording = str(Path(job.instance.folder) / RECORDING) if job.setup.recorded else ""
    deps = assemble(place, Choices(config=job.setup.config, recording=recording), job.run_id(campaign))
    reap_in_background(place.settings, place.store, "docker")
    mirror = Path(campaign.mirror) if campaign.mirror else None
    graded_at = court_of(place, deps, mirror=mirror, allow_images=campaign.allow_images)

    def decides(one: Job) -> Approver:
        return approver(campaign.policy, deps, one.instance.instance_id, one.folder(folder))

    return Conductor(campaign, deps, graded_at, folder, decides)
