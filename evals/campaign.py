"""A whole evaluation: which instances, which configurations, how often; its folder; what is left to do."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from patchwright.agent.errors import UsageError
from patchwright.evals.approving import Policy
from patchwright.evals.instance import Dataset, Instance, Name, Record, digest
from patchwright.evals.reportfiles import safe, write_whole
from patchwright.evals.rows import Row

FILE, ROW = "campaign.json", "row.json"


class Setup(Record):
    """One configuration: a settings file, or (`recorded`) the recordings of the dataset's own tasks."""

    name: Name
    config: str = ""
    recorded: bool = False


class Campaign(Record):
    """What `eval run` was told. `budget` are limits of each run, `total` of all of them together in a day."""

    version: int = 1
    id: str
    dataset: str
    setups: Annotated[tuple[Setup, ...], Field(min_length=1)]
    attempts: int = Field(default=1, ge=1, le=100)
    policy: Policy = Policy()
    budget: dict[str, float] = Field(default={})
    total: dict[str, float] = Field(default={})
    mirror: str = ""
    allow_images: bool = False
    environments: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt at one instance in one configuration."""

    setup: Setup
    instance: Instance
    attempt: int

    @property
    def name(self) -> str:
        """For people: what is worked on."""
        return f"{self.setup.name} {self.instance.instance_id} #{self.attempt}"

    def folder(self, top: Path) -> Path:
        """Where its files lie."""
        return top / "jobs" / self.setup.name / f"{self.instance.instance_id}.{self.attempt}"

    def run_id(self, campaign: Campaign) -> str:
        """The id of its run: known before it is started, so that no kill makes a second one."""
        return digest([campaign.id, self.setup.name, self.instance.instance_id, self.attempt])[:32]


def setups_of(configs: Sequence[Path], *, recorded: bool) -> tuple[Setup, ...]:
    """The configurations by the names of their files. Raises `UsageError` for two of one name."""
    found = [Setup(name=safe(path.stem), config=str(path.absolute())) for path in configs]
    found += [Setup(name="recorded", recorded=True)] if recorded else []
    found = found or [Setup(name="default")]
    names = [setup.name for setup in found]
    if len(set(names)) < len(names):
        raise UsageError(f"Two configurations are called {names[0]!r}: give their files different names.")
    return tuple(found)


def open_campaign(folder: Path, asked: Campaign) -> Campaign:
    """The campaign of this folder, begun or gone on with. Raises `UsageError` if it was begun otherwise."""
    known = find_campaign(folder)
    if known is None:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / FILE, asked.model_dump_json(indent=1).encode() + b"\n")
        return asked
    if known.model_copy(update={"id": asked.id}) != asked:
        raise UsageError(
            f"{folder} holds an evaluation that was begun otherwise ({folder / FILE} says how). "
            "Go on with the same options, or name another folder."
        )
    return known


def find_campaign(folder: Path) -> Campaign | None:
    """The campaign of a folder; None if there is none. Raises `UsageError` if it cannot be read."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        return Campaign.model_validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        raise UsageError(f"{path} cannot be read: {error}. Name another folder.") from None


def new_id() -> str:
    """128 random bits: the ids of its runs are made of it (API-02)."""
    return secrets.token_hex(16)


def jobs_of(campaign: Campaign, dataset: Dataset, shard: tuple[int, int] = (1, 1)) -> Iterator[Job]:
    """All jobs, attempt by attempt, so that a stop leaves whole rounds; of the shard N of M every M-th instance."""
    number, of = shard
    mine = dataset.instances[number - 1 :: of]
    for attempt in range(1, campaign.attempts + 1):
        for instance in mine:
            yield from (Job(setup, instance, attempt) for setup in campaign.setups)


def read_row(folder: Path, job: Job) -> Row | None:
    """What came of the job; None if nothing did yet."""
    try:
        return Row.model_validate_json((job.folder(folder) / ROW).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write_row(folder: Path, job: Job, row: Row) -> None:
    """Keep the result: with it the job is done."""
    place = job.folder(folder)
    place.mkdir(parents=True, exist_ok=True)
    write_whole(place / ROW, row.model_dump_json().encode())
