"""A real `patchwright` process with a state folder of its own, small repositories, and models that say what a test wrote."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patchwright.agent.config import Settings
from patchwright.agent.events import Event
from patchwright.agent.run import Run
from patchwright.agent.store.database import open_database
from patchwright.agent.store.store import Store
from patchwright.api.assemble import instance
from patchwright.sandbox.container import LABEL_INSTANCE
from tests.agent.fake_endpoint import Behaviour, stream

COMMAND = [sys.executable, "-c", "from patchwright.api.entry import main; main()"]
KEY = "sk-proj-4f9aTq0LeakMeNot7c1bZx82"
CONTROLS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xe2\x80\x8b")
"""Raw C0 and C1 controls, bidi controls and zero-width spaces in UTF-8 (OUT-02)."""


@dataclass(frozen=True)
class Said:
    """What a process said and how it ended."""

    code: int
    out: str
    err: str
    raw: bytes = field(repr=False, default=b"")

    @property
    def message(self) -> str:
        """The last line on standard error: what a person reads."""
        return self.err.strip().rpartition("\n")[2]


@dataclass(frozen=True)
class Door:
    """The command line with its own state and no setting of this machine."""

    state: Path
    env: dict[str, str]
    cwd: Path | None = None

    def __call__(self, *arguments: str, **more: str) -> Said:
        """Run one command to its end. `more` are environment variables."""
        with self.begin(*arguments, **more) as process:
            return finished(process)

    def begin(self, *arguments: str, **more: str) -> "subprocess.Popen[bytes]":
        """Start one command in a process group of its own."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.env | more,
            cwd=self.cwd,
            start_new_session=True,
        )

    @property
    def store(self) -> Store:
        """The store as a later process sees it."""
        return Store(open_database(self.state / "patchwright.db"))

    def last(self) -> Run:
        """The newest run."""
        return self.store.runs()[0]

    def events(self) -> list[Event]:
        """The newest run's events."""
        return self.store.events(self.last().id, limit=100_000)

    def texts(self) -> str:
        """The newest run's events as one text."""
        return "\n".join(event.model_dump_json() for event in self.events())


def finished(process: "subprocess.Popen[bytes]", seconds: float = 90) -> Said:
    """Wait for the end. No traceback ever reaches a person."""
    out, err = process.communicate(timeout=seconds)
    said = Said(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"), out + err)
    assert "Traceback" not in said.err, said.err
    assert "defect" not in said.err, said.err
    return said


def door(folder: Path, cwd: Path | None = None) -> Door:
    """A door whose state lies in `folder`; its commands run in `cwd`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "PATCHWRIGHT_"))}
    settings = folder / "settings.toml"
    settings.write_text("[roles.default]\nretries = 1\ntimeout = 20.0\n[sandbox]\nworkspace_mb = 64\n")
    ours = {
        "PATCHWRIGHT_STATE": str(folder / "state"),
        "PATCHWRIGHT_CONFIG": str(settings),
        "PATCHWRIGHT_USER": "tester",
    }
    return Door(folder / "state", kept | ours, cwd)


@contextmanager
def docker_door(folder: Path) -> Generator[Door]:
    """The same; the volumes that its runs share are removed at the end, since no later run of this state comes."""
    at = door(folder)
    yield at
    label = f"{LABEL_INSTANCE}={instance(Settings(state=at.state))}"
    with engine() as client:
        found: list[dict[str, str]] = client.volumes(filters={"label": label})["Volumes"] or []
        for volume in found:
            client.remove_volume(volume["Name"])


def repository(folder: Path, files: dict[str, str | bytes]) -> str:
    """A git repository with one commit of these files."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return str(folder)


def git(folder: Path, *arguments: str) -> None:
    """Git as some user, whatever the machine's settings are."""
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments], cwd=folder, check=True)


CHECKED_BY_SHELL = """
[[checks]]
name = "grep"
kind = "tests"
command = ["grep", "-q", "4", "sum.txt"]
timeout = 5.0
"""
"""A check without Python: quick, and the same in every sandbox."""

SUM: dict[str, str | bytes] = {"sum.txt": "2 + 2 = 5\n", "patchwright.toml": CHECKED_BY_SHELL}
"""A repository whose one test fails until sum.txt holds a 4."""

Call = tuple[str, dict[str, Any]]

PLAN: Call = (
    "submit_plan",
    {
        "summary": "Correct the sum.",
        "root_cause": "sum.txt:1 is wrong.",
        "steps": [
            {
                "title": "Correct sum.txt",
                "intent": "Two and two are four.",
                "files": ["sum.txt"],
                "verify": "grep finds a 4",
                "must_fix": ["command:grep"],
            }
        ],
    },
)
FIX: Call = ("edit", {"path": "sum.txt", "edits": [{"old": "5", "new": "4"}]})
FINISH: Call = ("finish", {"summary": "done"})


PRAISE: dict[str, Any] = {"findings": []}
"""A reviewer's answer."""


def planned(**changed: Any) -> Call:
    """The plan with other fields in its one step."""
    step = {**PLAN[1]["steps"][0], **changed}
    return "submit_plan", {**PLAN[1], "steps": [step]}


def recording(path: Path, planner: Sequence[Call], editor: Sequence[Sequence[Call]] = ()) -> str:
    """A recording: one answer a call for the planner, one answer of several calls a turn for the editor."""
    answers = [("planner", [call]) for call in planner] + [("editor", list(calls)) for calls in editor]
    lines = [*(_answer(role, calls) for role, calls in answers), {"role": "reviewer", "reply": {"parsed": PRAISE}}]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return str(path)


def _answer(role: str, calls: list[Call]) -> dict[str, Any]:
    named = [
        {"id": f"c{number}", "name": name, "arguments": arguments} for number, (name, arguments) in enumerate(calls)
    ]
    return {"role": role, "reply": {"tool_calls": named}}


def calls(*named: Call) -> Behaviour:
    """An endpoint's streamed answer with these tool calls."""
    return stream(
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "index": number,
                    "id": f"call_{number}",
                    "type": "function",
                    "function": {"name": name, "arguments": json.dumps(arguments)},
                }
                for number, (name, arguments) in enumerate(named)
            ],
        },
        finish="tool_calls",
    )


def model_env(url: str) -> dict[str, str]:
    """The environment that names an endpoint."""
    return {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": KEY, "OPENAI_MODEL": "fake-1"}


def containers(run_id: str) -> list[str]:
    """Ids of the containers that are left of a run."""
    with engine() as client:
        return _ids(client, run_id, all=True)


def commands(run_id: str) -> list[str]:
    """The command lines that run in a run's containers now."""
    from docker.errors import APIError

    with engine() as client:
        try:
            listed: list[list[list[str]]] = [client.top(one)["Processes"] or [] for one in _ids(client, run_id)]
        except APIError:  # it has just ended
            return []
    return [row[-1] for rows in listed for row in rows]


@contextmanager
def engine() -> Generator[Any]:
    """A client of the real engine."""
    from docker import APIClient

    with closing(APIClient(version="auto")) as client:
        yield client


def _ids(client: Any, run_id: str, **more: bool) -> list[str]:
    found = client.containers(quiet=True, filters={"label": f"patchwright.run={run_id}"}, **more)
    return [str(one["Id"]) for one in found]


def wait_until(happened: Callable[[], object], seconds: float = 60) -> None:
    """Look again and again until it has happened."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it has not happened"
        time.sleep(0.03)


def checked_by(script: str, timeout: float = 20) -> dict[str, str | bytes]:
    """The repository SUM, judged by this shell script."""
    check = CHECKED_BY_SHELL.replace('["grep", "-q", "4", "sum.txt"]', json.dumps(["sh", "-c", script]))
    return {**SUM, "patchwright.toml": check.replace("5.0", f"{timeout:.1f}")}
