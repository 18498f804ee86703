"""Endpoints that fail and models that misbehave: the run is parked and goes on later, or ends honestly."""

import base64
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.agent.fake_endpoint import Behaviour, cut, echo_key, endpoint, error, events, respond, says
from tests.e2e.bad_input_helpers import (
    FINISH,
    FIX,
    KEY,
    PLAN,
    SUM,
    Call,
    Door,
    calls,
    containers,
    docker_door,
    door,
    model_env,
    planned,
    recording,
    repository,
)

LOCAL = ("--sandbox", "local")
HALF = events({"role": "assistant", "content": "I will"}, finish=None, done=False, usage=False)

FAILURES: dict[str, tuple[Behaviour, tuple[str, ...]]] = {
    "401": (error(401, "no \x1b[31mentry"), ("refuses the key (401)", "OPENAI_API_KEY", r"no \x1b[31mentry")),
    "429": (error(429, "slow down", {"retry-after": "3600"}), ("status 429: slow down", "3600 s", "Resume the run")),
    "garbage": (respond(200, b"\x00\xff<html>"), ("something unusable", "usually ends in /v1")),
    "a cut stream": (cut(HALF), ("not available", "tried 2 times", "peer closed connection", "Resume the run")),
}


def test_an_endpoint_that_fails_parks_the_run_and_it_goes_on_when_it_is_back(tmp_path: Path) -> None:
    """LLM-06, SEC-06: one run meets every failure in turn; nothing is measured or asked twice."""
    at, source = door(tmp_path), repository(tmp_path / "sum", SUM)
    down = at("plan", source, "Two and two are four", *LOCAL, **model_env("http://127.0.0.1:9/v1"))
    assert down.code == 4
    assert "not available: tried 2 times" in down.err
    assert "Connection refused" in down.err
    assert down.message == f"  patchwright resume {at.last().id[:8]}"
    with endpoint() as end:
        for failure, words in FAILURES.values():
            end.script[:] = [failure]
            said = at("resume", "last", **model_env(end.url))
            assert said.code == 4
            assert at.last().status == "infra_failed"
            assert all(word in at.last().reason for word in words), at.last().reason
        end.script[:], end.seen[:] = [calls(PLAN)], []
        assert at("resume", "last", **model_env(end.url)).code == 3
        assert len(end.seen) == 1
    kinds = [event.kind for event in at.events()]
    assert kinds.count("baseline_measured") == 1
    assert [event.seq for event in at.events()] == list(range(1, len(kinds) + 1))
    without = at("approve", "last", "--revision", "1")
    assert without.code == 2
    assert "No model is configured for the editor" in without.err
    assert without.message == f"  patchwright resume {at.last().id[:8]}"
    assert (at.last().status, at.last().reason[:22]) == ("paused_config", "No model is configured")
    with endpoint(calls(FIX, FINISH), says('{"findings": []}')) as end:
        assert at("resume", "last", **model_env(end.url)).code == 0
    assert at.last().verdict == "verified"


def test_plans_that_cannot_be_used_go_back_and_in_the_end_the_run_says_why(tmp_path: Path) -> None:
    """LLM-04, FS-01: none comes to a human; the model is told what is wrong, three times at most."""
    at, source = door(tmp_path), repository(tmp_path / "sum", SUM)
    plans = [planned(files=["sums.txt"]), planned(files=["../../etc/passwd", ".git/hooks/x"])]
    endless: Call = ("submit_plan", {**PLAN[1], "steps": PLAN[1]["steps"] * 10_000})
    said = at("plan", source, "Two", *LOCAL, "--recording", recording(tmp_path / "r", [*plans, endless, plans[0]]))
    assert said.code == 1
    assert (at.last().outcome, at.last().verdict) == ("gave_up", "none")
    hint = "sums.txt does not exist; did you mean sum.txt?"
    assert "submitted 3 plans, none usable" in at.last().reason
    assert hint in at.last().reason
    refused = [event.data["reasons"] for event in at.events() if event.kind == "plan_refused"]
    assert hint in refused[0][0]
    assert "own folder" in refused[1][1]
    assert at.store.plan(at.last().id) is None


HOSTILE: list[list[Call]] = [
    [
        ("read", {"path": "../../etc/passwd"}),
        ("read", {"path": "/etc/passwd"}),
        ("read", {"path": "link"}),
        ("edit", {"path": "link", "edits": [{"old": "root", "new": "toor"}]}),
        ("create", {"path": "folder/x", "text": "through a link"}),
        ("create", {"path": ".git/hooks/post-checkout", "text": "#!/bin/sh\n"}),
        ("create", {"path": ".GIT/config", "text": "x"}),
        ("delete", {"path": "patchwright.toml"}),
        ("rename", {"path": "sum.txt", "to": "../x"}),
    ],
    [
        ("create", {"path": "sum.txt", "text": "x" * 500_000}),
        ("run", {"command": "x" * 30_000}),
        ("edit", {"path": ["sum.txt"], "edits": {}}),
        ("rm_rf", {"path": "/"}),
        ("approve", {"revision": 1}),
    ],
]
COMMANDS: list[list[Call]] = [
    [
        ("run", {"command": "kill -9 1; kill -9 -1; echo gone"}),
        ("run", {"command": ":(){ :|:& };:", "seconds": 3}),
        ("run", {"command": "echo x > folder/y; cat link | head -c 4; yes | head -c 100000000"}),
        ("run", {"command": "head -c 99000000 /dev/zero > fill"}),
        ("run", {"command": "(echo > /dev/tcp/1.1.1.1/53) 2>&1; env"}),
    ],
    [FIX, FINISH],
]


@pytest.fixture
def at_docker(tmp_path: Path) -> Iterator[Door]:
    with docker_door(tmp_path) as at:
        yield at


@pytest.mark.docker
def test_whatever_a_model_calls_only_the_planned_file_changes(tmp_path: Path, at_docker: Door) -> None:
    """FS-01 to FS-03, APR-04, LLM-01, SB, RES: hostile calls are refused or harmless, and the work still ends."""
    source = tmp_path / "sum"
    source.mkdir()
    (source / "link").symlink_to("/etc/passwd")
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o777)
    (source / "folder").symlink_to(outside)
    at, name = at_docker, repository(source, SUM)
    played = recording(tmp_path / "r", [PLAN], [*HOSTILE, *COMMANDS])
    said = at("run", name, "Two and two are four", "--yes", "--recording", played)
    assert said.code == 0, said.err
    tools = [event.data for event in at.events() if event.kind == "tool_called"]
    assert all(data["refused"] and not data["edits"] for data in tools[: len(HOSTILE[0]) + len(HOSTILE[1])])
    ran = [data["says"] for data in tools if data["tool"] == "run" and not data["refused"]]
    assert len(ran) == len(COMMANDS[0])
    assert "No space left on device" in ran[3]
    assert "unreachable" in ran[4]
    assert not any(word in ran[4] for word in ("OPENAI", "PATCHWRIGHT", "DOCKER"))
    changed = at("diff", "last").out
    assert changed.count("diff --git") == 1
    assert "+2 + 2 = 4" in changed
    assert not list(outside.iterdir())
    assert not containers(at.last().id)


def test_the_api_key_is_in_nothing_that_is_written_said_or_sent(tmp_path: Path) -> None:
    """SEC-02, SEC-04, SEC-06: also when the endpoint echoes it, and the issue, plan, commands and edits hold it."""
    at, source = door(tmp_path), repository(tmp_path / "sum", SUM)
    coded = base64.b64encode(KEY.encode()).decode()
    leak: Call = ("run", {"command": f"echo {KEY} {coded}; env"})
    fix: Call = ("edit", {"path": "sum.txt", "edits": [{"old": "5", "new": f"4 {KEY}"}]})
    script = [echo_key(401), calls(leak), calls(planned(intent=f"Use {KEY}.")), calls(leak, fix)]
    with endpoint(*script, calls(("finish", {"summary": KEY})), says('{"findings": []}')) as end:
        env = model_env(end.url)
        said = [at("plan", source, f"Put {KEY} in", *LOCAL, **env), at("resume", "last", **env)]
        said += [at("approve", "last", "--revision", "1", "--note", KEY, **env)]
        assert [one.code for one in said] == [4, 3, 0]
        assert not any(KEY in str(seen.body) or coded in str(seen.body) for seen in end.seen)
    archive = tmp_path / "all.tar.gz"
    looks = (("diff", "last"), ("events", "last", "--json"))
    said += [at(*look) for look in looks]
    assert at("export", "last", "--to", str(archive)).code == 0
    at.store.database.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for place, data in (*_written(at.state), *_archived(archive), *((str(one.code), one.raw) for one in said)):
        assert KEY.encode() not in data, place
        assert coded[:-4].encode() not in data, place


def _written(state: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of the state folder, and every compressed value of its store."""
    yield from ((str(path), path.read_bytes()) for path in state.rglob("*") if path.is_file())
    with closing(sqlite3.connect(state / "patchwright.db")) as store:
        for table, column in (("calls", "answer"), ("artifacts", "data"), ("cache", "data")):
            for (value,) in store.execute(f"SELECT {column} FROM {table}"):
                yield table, zlib.decompress(value)
    # git's objects are compressed as well
    yield from ((str(path), zlib.decompress(path.read_bytes())) for path in state.rglob("objects/??/*"))


def _archived(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member)
            yield member.name, file.read() if file else b""
