"""kill -9 at every request to GitHub, before it is done and after: nothing is posted twice, nothing is lost (REL-02).

By default a small sample with a fixed seed; `PATCHWRIGHT_CRASH=all` takes every request.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchwright.evals.github.hooks import commented
from patchwright.evals.github.hub import Comment, Fatal, Hub, branch
from patchwright.evals.github.server import serve
from tests.api.github.stage import ANNA, Stage, bare, git, record

ROOT = Path(__file__).parents[3]
ALL = os.environ.get("PATCHWRIGHT_CRASH", "")
SAMPLE = 2
pytestmark = pytest.mark.timeout(3600 if ALL else 300)


class Driver:
    """The process that forks the worker."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.api.github.crash_driver"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def live(self, stage: Stage, token: str, at: int = -1, after: bool = False) -> int:
        """One life of the worker; killed at the hub's request number `at`. Its exit code, -9 for a kill."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin and stdout
        stdin.write(json.dumps({"folder": str(stage.folder), "url": stage.url, "token": token}) + "\n")
        pid = int(stdout.readline())
        stage.hub.fatal = Fatal(pid, at, after) if at >= 0 else None
        stdin.write("go\n")
        return int(stdout.readline())

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    made = Driver()
    yield made
    made.close()


class Story:
    """A comment, an approval, a draft pull request: by workers that die at one request."""

    def __init__(self, folder: Path, driver: Driver, url: str, hub: Hub) -> None:
        folder.mkdir()
        self.driver = driver
        home = hub.repository("acme/words", bare(folder), (ANNA,))
        hub.user(ANNA)
        record(folder)
        self.stage = Stage(folder, hub, url, home)
        self.token = hub.token(hub.bot)
        self.died = 0

    def play(self, at: int = -1, after: bool = False) -> None:
        self._human("/patchwright fix", at, after)
        self._human(f"/patchwright approve {self.stage.hash()}", at, after)

    def _human(self, words: str, at: int, after: bool) -> None:
        stage = self.stage
        said = stage.hub.comment(stage.home, 1, ANNA, words) if stage.home.issues else self._first(words)
        stage.deliver(commented(stage.hub, stage.home, said))
        while (ended := self.driver.live(stage, self.token, at if not self.died else -1, after)) == -9:
            self.died += 1
        assert ended == 0

    def _first(self, words: str) -> Comment:
        return self.stage.hub.comment(self.stage.home, self.stage.issue().number, ANNA, words)

    def wrong(self) -> list[str]:
        """What is not as if nobody had died."""
        stage, store = self.stage, self.stage.door.book.store
        comments = [one for one in stage.home.comments.values() if one.user.type == "Bot"]
        pulls = stage.pulls()
        found = {
            "one status comment": len(comments) == 1 and "patch, verified" in comments[0].body,
            "one draft pull request": len(pulls) == 1 and pulls[0].draft,
            "one run": [run.verdict for run in store.runs()] == ["verified"],
            "one approval": all(len(store.approvals(run.id)) == 1 for run in store.runs()),
            "one branch": git(stage.home.git, "for-each-ref", "--format=%(refname)").count("refs/heads/patchwright/")
            == 1,
            "one commit": git(stage.home.git, "rev-list", "--count", f"main..{pulls[0].head}") == "1\n"
            if pulls
            else False,
            "the right file": bool(pulls) and stage.file(pulls[0].head, "word.txt") == "right\n",
            "main as it was": branch(stage.home, "main") == git(stage.folder / "source", "rev-parse", "HEAD").strip(),
            "the comment names the pull request": bool(pulls) and f"#{pulls[0].number}" in comments[0].body,
            "every ask done": {state for _, state, _, _ in stage.door.book.asks()} == {"done"},
        }
        return [name for name, holds in found.items() if not holds]


def points(count: int) -> list[tuple[int, bool]]:
    every = [(at, after) for at in range(count) for after in (False, True)]
    posts = random.Random(int(os.environ.get("PATCHWRIGHT_SEED", "7")))
    return every if ALL else sorted(posts.sample(every, SAMPLE))


def test_a_worker_that_dies_at_a_request_loses_nothing_and_posts_nothing_twice(driver: Driver, tmp_path: Path) -> None:
    hub = Hub()
    with serve(hub) as url:
        undisturbed = Story(tmp_path / "undisturbed", driver, url, hub)
        undisturbed.play()
        assert undisturbed.wrong() == []
    wrong, requests = list[str](), hub.requests
    for at, after in points(len(requests)):
        hub = Hub()
        with serve(hub) as url:
            story = Story(tmp_path / f"{at}-{after}", driver, url, hub)
            story.play(at, after)
            assert story.died == 1, (at, requests[at])
            wrong += [f"killed {'after' if after else 'before'} {requests[at]}: {name}" for name in story.wrong()]
    assert wrong == []


@pytest.mark.parametrize("trouble", ["lost", "secondary", "outage"])
def test_an_answer_that_never_comes_or_a_limit_changes_nothing_in_the_end(stage: Stage, trouble: str) -> None:
    """REL-02: every post is made once, whatever GitHub answers first."""
    issue = stage.issue()
    for words in ("/patchwright fix", "approve"):
        said = stage.hub.comment(
            stage.home, issue.number, ANNA, words if words[0] == "/" else f"/patchwright approve {stage.hash()}"
        )
        stage.deliver(commented(stage.hub, stage.home, said))
        for _ in range(3):
            stage.hub.troubles = [*[""] * 5, trouble, "", "", trouble]
            stage.settle()
        stage.hub.troubles = []
        stage.settle()
    assert (stage.hub.made["comment"], stage.hub.made["pull"]) == (1, 1)
    assert f"#{stage.pulls()[0].number}" in stage.ours(issue.number)[0]
