"""A hub, a repository on it, and our door to it: with a scripted model, a local sandbox and legs that are driven at once."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from patchwright.agent import runs
from patchwright.agent.config import from_environment
from patchwright.agent.deps import Deps
from patchwright.agent.run import Run
from patchwright.agent.scripted import Record
from patchwright.api.assemble import assemble
from patchwright.api.choices import Choices
from patchwright.api.dispatch.base import Dispatch
from patchwright.api.github.access import Access
from patchwright.api.github.book import Book
from patchwright.api.github.door import GithubDoor
from patchwright.api.github.receiving import Receiver
from patchwright.api.github.settings import GithubSettings, GithubTable
from patchwright.api.github.worker import work_once
from patchwright.api.place import Place, open_store
from patchwright.api.screen import Screen
from patchwright.evals.github.hooks import Delivery, commented
from patchwright.evals.github.hub import Comment, Hub, Issue, Repository, branch
from patchwright.tools.secrets import Redactor
from tests.e2e import story

SECRET = "It's a Secret to Everybody"
ANNA = "anna"


@dataclass
class AtOnce:
    """Legs are driven when the test says so, in this process; `submitted` keeps them until then."""

    stage: "Stage"
    submitted: list[str] = field(default_factory=list[str])

    def submit(self, run_id: str, *, priority: int = 0, key: str = "") -> None:
        if run_id not in self.submitted:
            self.submitted.append(run_id)

    def cancel(self, run_id: str) -> None:
        self.submitted = [one for one in self.submitted if one != run_id]

    def depth(self) -> int:
        return len(self.submitted)

    def close(self) -> None:
        pass

    def drive(self) -> None:
        while self.submitted:
            run_id = self.submitted.pop(0)
            runs.drive(self.stage.deps(run_id), run_id)


@dataclass
class Stage:
    """All of it. `url` is the hub's."""

    folder: Path
    hub: Hub
    url: str
    home: Repository
    door: GithubDoor = field(init=False)
    legs: AtOnce = field(init=False)

    def __post_init__(self) -> None:
        self.legs = AtOnce(self)
        self.door = make_door(self.folder, self.url, self.home.full_name, self.hub.token(self.hub.bot), self.legs)

    def deps(self, run_id: str) -> Deps:
        """As a worker assembles them for a leg."""
        return assembled(a_place(self.folder, self.door.redactor), self.door.choices, run_id)

    def deliver(self, delivery: Delivery) -> str:
        """A webhook; what it was answered."""
        receiver = Receiver(self.door.settings, self.door.book, self.door.redactor)
        return receiver.receive(delivery.event, delivery.guid, delivery.body).said

    def say(self, number: int, text: str, by: str = ANNA) -> Comment:
        """A comment, delivered and acted on."""
        made = self.hub.comment(self.home, number, by, text)
        self.deliver(commented(self.hub, self.home, made))
        self.settle()
        return made

    def settle(self) -> None:
        """Until nothing is left to do now."""
        for _ in range(3):
            self.wake()
            work_once(self.door)
            self.legs.drive()
        self.wake()
        work_once(self.door)

    def wake(self) -> None:
        """No wait of anybody lasts."""
        with self.door.book.store.database.transaction() as connection:
            connection.execute("UPDATE github_conversations SET until=0, seen=-1")
            connection.execute("UPDATE github_asks SET until=0")

    def issue(self, title: str = "The word is wrong", body: str = "It should be right.") -> Issue:
        return self.hub.issue(self.home, title, body)

    def ours(self, number: int, kind: str = "status") -> list[str]:
        """Our comments of a kind on an issue."""
        mark = f"<!-- patchwright:{kind}:"
        comments = self.home.comments.values()
        return [one.body for one in comments if one.number == number and mark in one.body]

    def reactions(self, comment: Comment) -> set[str]:
        return {content for target, content, _ in self.home.reactions if target == comment.id}

    def hash(self) -> str:
        """Of the newest plan there is."""
        store = self.door.book.store
        plans = [store.plan(run.id) for run in store.runs()]
        return next(plan.sha256[:12] for plan in plans if plan)

    def runs(self) -> list[Run]:
        """Newest first."""
        return self.door.book.store.runs()

    def pulls(self) -> list[Issue]:
        return [one for one in self.home.issues.values() if one.head]

    def file(self, name: str, path: str) -> str:
        """A file on a branch."""
        return git(self.home.git, "show", f"{branch(self.home, name)}:{path}")


def make_door(folder: Path, url: str, repository: str, token: str, legs: Dispatch, **more: object) -> GithubDoor:
    """The door with its state folder in `folder`."""
    table = GithubTable.model_validate(
        {
            "repositories": (repository,),
            "api_url": f"{url}/api/v3",
            "sandbox": "local",
            "runs_per_hour": 10_000,
            **more,
        }
    )
    github = GithubSettings(table, token=token, webhook_secret=SECRET)
    redactor = Redactor(github.secrets())
    place, choices = a_place(folder, redactor), Choices(recording=str(folder / "recording.jsonl"))
    return GithubDoor(
        settings=github,
        book=Book(place.store),
        access=Access(github),
        deps=assembled(place, choices),
        dispatch=legs,
        redactor=redactor,
        choices=choices,
    )


def assembled(place: Place, choices: Choices, run_id: str = "") -> Deps:
    """As the real command assembles them."""
    return assemble(place, choices, run_id)


def a_place(folder: Path, redactor: Redactor) -> Place:
    settings = from_environment({"PATCHWRIGHT_STATE": str(folder / "state"), "HOME": str(folder)}, folder)
    return Place(settings, open_store(settings), Screen(redactor, as_json=True))


def record(folder: Path, records: list[Record] | None = None) -> None:
    """What the model says."""
    story.write_recording(folder / "recording.jsonl", records or story.tiny_answers())


def more_answers() -> list[Record]:
    """What the model says of a follow-up: the word gets louder."""
    step = {"title": "Louder", "intent": "", "files": ["word.txt"], "verify": ""}
    edit = ("edit", {"path": "word.txt", "edits": [{"old": "right", "new": "right!"}]})
    return [
        story.says("planner", ("submit_plan", {"summary": "Louder.", "root_cause": "Too low.", "steps": [step]})),
        story.says("editor", edit, ("finish", {"summary": "Done."})),
        story.reviews(),
    ]


def bare(folder: Path) -> Path:
    """The tiny project as a bare repository with the branch main."""
    source = story.tiny(folder / "source")
    git(source, "branch", "-M", "main")
    git(folder, "clone", "-q", "--bare", str(source), str(folder / "hub.git"))
    return folder / "hub.git"


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
