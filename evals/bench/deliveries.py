"""Webhook deliveries, doubled and out of order, while runs work: how long is an answer, and which runs are there?

python -m patchwright.evals.bench.deliveries [DELIVERIES] [RUNS]
"""

import http.client
import os
import random
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from patchwright.agent.run import WORKING, Run
from patchwright.agent.store.database import open_database
from patchwright.agent.store.store import Store
from patchwright.evals.bench.chaos import CHECK, ENTRY, plan
from patchwright.evals.bench.endpoint import reply, serving
from patchwright.evals.bench.figures import Figure, quantile, table
from patchwright.evals.bench.generated import commit
from patchwright.evals.github.hooks import Delivery, commented
from patchwright.evals.github.hub import Hub, Repository
from patchwright.evals.github.server import API, serve

DELIVERIES = 1000
RUNS = 20
SENDERS = 8
PER_SECOND = 40.0
"""How many deliveries come in a second; beside each, a request that only asks whether the service is there."""
ANSWER_MS = 50.0
THINK_SECONDS = 45.0
MOST_SECONDS = 150.0
WRITER, STRANGER = "anna", "mallory"
SECRET = secrets.token_hex(16)
SETTINGS = """
[roles.planner]
base_url = "{model}"
model = "scripted"
[roles.editor]
base_url = "{model}"
model = "scripted"
[workers]
concurrency = {runs}
per_repository = 100
per_key = 100
[github]
api_url = "{api}"
repositories = ["acme/words"]
sandbox = "local"
runs_per_hour = 10000
"""


@dataclass(frozen=True)
class Served:
    """`patchwright serve` with a door to the stand-in."""

    hub: Hub
    home: Repository
    address: str
    folder: Path

    def ask(self, text: str, by: str) -> Delivery:
        """A comment on an issue of its own."""
        issue = self.hub.issue(self.home, f"Issue {len(self.home.issues)}", "Something is missing.")
        return commented(self.hub, self.home, self.hub.comment(self.home, issue.number, by, text))

    def runs(self) -> list[Run]:
        """What is in its store."""
        return Store(open_database(self.folder / "patchwright.db")).runs()

    def post(self, one: Delivery) -> tuple[int, float]:
        """The status of the answer, and after how many milliseconds it was there."""
        return self._asked("POST", "/github/webhook", one.body, one.headers(SECRET))

    def health(self) -> float:
        """Milliseconds of an answer without any work behind it."""
        return self._asked("GET", "/healthz", b"", {})[1]

    def _asked(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, float]:
        url = urlsplit(self.address)
        began = time.perf_counter()
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=60)
        connection.request(method, path, body, headers)
        status = connection.getresponse().status
        connection.close()
        return status, 1000 * (time.perf_counter() - began)


@contextmanager
def served(runs: int) -> Generator[Served]:
    """Everything on loopback: the stand-in, a model that thinks long, the service as an operator starts it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="patchwright-bench-")))
        hub = Hub()
        home = hub.repository("acme/words", _bare(folder), (WRITER,))
        for login in (WRITER, STRANGER):
            hub.user(login)
        api = stack.enter_context(serve(hub)) + API
        model = stack.enter_context(serving(lambda _: reply(plan("1"), 1), THINK_SECONDS))
        (folder / "config.toml").write_text(SETTINGS.format(model=model, api=api, runs=runs))
        process, address = _started(folder, hub.token(hub.bot))
        try:
            yield Served(hub, home, address, folder)
        finally:
            process.kill()
            process.wait()


def _bare(folder: Path) -> Path:
    source = folder / "source"
    source.mkdir()
    (source / "word.txt").write_text("right\n")
    (source / "patchwright.toml").write_text(CHECK)
    commit(source)
    for command in (
        ["git", "-C", str(source), "branch", "-M", "main"],
        ["git", "clone", "-q", "--bare", str(source), str(folder / "hub.git")],
    ):
        subprocess.run(command, check=True)
    return folder / "hub.git"


def _started(folder: Path, token: str) -> "tuple[subprocess.Popen[str], str]":
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PATCHWRIGHT_", "OPENAI_"))}
    env |= {
        "PATCHWRIGHT_STATE": str(folder),
        "PATCHWRIGHT_CONFIG": str(folder / "config.toml"),
        "PATCHWRIGHT_GITHUB_TOKEN": token,
        "PATCHWRIGHT_WEBHOOK_SECRET": SECRET,
    }
    command = (*ENTRY, "serve", "--port", "0", "--sandbox", "local")
    log = (folder / "serve.log").open("w")
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, text=True)
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        found = re.search(r"serves at (http://\S+)", (folder / "serve.log").read_text())
        if found:
            return process, found[1]
        time.sleep(0.2)
    process.kill()
    raise RuntimeError(f"the service did not start: {(folder / 'serve.log').read_text()[-2000:]}")


@dataclass
class Outcome:
    """`answers` are statuses with how often; `times` milliseconds, `health` of a bare request beside each.

    `working` is how many runs worked meanwhile.
    """

    answers: Counter[int]
    times: list[float]
    health: list[float]
    working: int
    wrong: list[str]


def deliveries(count: int, runs: int, others: int = 10) -> Outcome:
    """So many runs at work; then so many deliveries of them, of `others` more and of strangers', all mixed up."""
    with served(runs) as at:
        first = [at.ask("/patchwright fix", WRITER) for _ in range(runs)]
        for one in first:
            at.post(one)
        working = _until_at_work(at, runs)
        more = [at.ask("/patchwright fix", WRITER) for _ in range(others)]
        noise = [at.ask("/patchwright fix", STRANGER) for _ in range(others)]
        many = list(_mixed(count, [*first, *more, *noise]))
        answered, health = _sent(at, many)
        expected = runs + others
        found = _until_there(at, expected)
        wrong = [] if found == expected else [f"{found} runs, not {expected}"]
        wrong += [f"a run too many on {title}" for title, number in _titles(at).items() if number > 1]
        return Outcome(Counter(status for status, _ in answered), [ms for _, ms in answered], health, working, wrong)


def _sent(at: Served, many: Sequence[Delivery]) -> tuple[list[tuple[int, float]], list[float]]:
    """All of them, so many in a second, whether those before have been answered or not."""
    with ThreadPoolExecutor(SENDERS) as pool:
        posts, looks = list[Future[tuple[int, float]]](), list[Future[float]]()
        for one in many:
            posts.append(pool.submit(at.post, one))
            looks.append(pool.submit(at.health))
            time.sleep(1 / PER_SECOND)
        return [post.result() for post in posts], [look.result() for look in looks]


def _mixed(count: int, asked: Sequence[Delivery]) -> Iterator[Delivery]:
    """Each at least once, under its own GUID and others, in no order."""
    chance = random.Random(7)
    many = [*asked, *(chance.choice(asked) for _ in range(count - len(asked)))]
    chance.shuffle(many)
    for one in many:
        yield replace(one, guid=f"{one.guid}-{chance.randrange(3)}")


def _until_at_work(at: Served, runs: int) -> int:
    until = time.monotonic() + MOST_SECONDS
    while (working := sum(run.status in WORKING for run in at.runs())) < runs and time.monotonic() < until:
        time.sleep(1)
    return working


def _until_there(at: Served, runs: int) -> int:
    """How many runs there are once no more come."""
    until, found = time.monotonic() + MOST_SECONDS, len(at.runs())
    while time.monotonic() < until:
        time.sleep(3)
        before, found = found, len(at.runs())
        if found == before and found >= runs:
            break
    return found


def _titles(at: Served) -> Counter[str]:
    return Counter(run.issue.title for run in at.runs())


def figures(count: int = DELIVERIES, runs: int = RUNS) -> Iterator[Figure]:
    """How long an answer takes, and what is wrong."""
    done = deliveries(count, runs)
    said = ", ".join(f"{number} x {status}" for status, number in sorted(done.answers.items()))
    yield Figure(f"{count} deliveries: wrong runs", len(done.wrong), "", 0, "; ".join(done.wrong) or said)
    meanwhile = f"{done.working} runs at work, {PER_SECOND:g} deliveries/s"
    peer = f"/healthz: {quantile(done.health, 0.99):.1f} ms"
    yield Figure("an answer, p50", quantile(done.times), "ms", None, meanwhile)
    yield Figure("an answer, p99", quantile(done.times, 0.99), "ms", ANSWER_MS, peer)


def report() -> str:
    """Measure; the table."""
    return table("Webhook deliveries", figures())


def main() -> None:
    """Measure with the sizes of the command line and print the table."""
    sizes = [int(one) for one in sys.argv[1:3]]
    print(table("Webhook deliveries", figures(*sizes)))


if __name__ == "__main__":
    main()
