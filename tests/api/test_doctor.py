"""`doctor` names each problem with the way to fix it; a missing engine parks a run and never uses the host."""

import json
import os
import socket
from pathlib import Path

from tests.agent.fake_endpoint import as_json, call, endpoint, error, message, says
from tests.api.conftest import Run

NOWHERE = "unix:///nowhere/docker.sock"


def test_a_missing_engine_is_named_with_its_cure(door: Run, state: Path) -> None:
    done = door("doctor", env={**os.environ, "DOCKER_HOST": NOWHERE})
    assert done.returncode == 4
    assert b"BAD  engine" in done.stdout
    assert b"apt-get install docker.io" in done.stdout


def test_doctor_for_programs_is_one_object(door: Run, state: Path) -> None:
    done = door("doctor", "--json", env={**os.environ, "DOCKER_HOST": NOWHERE})
    found = json.loads(done.stdout)
    assert found["ok"] is False
    states = {check["what"]: check["state"] for check in found["checks"]}
    assert states["git"] == "ok"
    assert states["engine"] == "bad"
    assert states["models"] == "note"


def test_an_endpoint_that_does_not_answer_is_named_once_a_role_and_its_key_never(door: Run, state: Path) -> None:
    """SEC-04."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    endpoint = {
        "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "OPENAI_API_KEY": "key-never-shown",
        "OPENAI_MODEL": "m",
    }
    done = door("doctor", env={**os.environ, "DOCKER_HOST": NOWHERE, **endpoint})
    assert b"model: planner" in done.stdout
    assert b"unreachable" in done.stdout
    assert b"key-never-shown" not in done.stdout + done.stderr


def test_a_probe_asks_each_model_and_the_next_look_shows_what_was_learned(door: Run, state: Path) -> None:
    script = [
        as_json(200, {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 32768}]}),
        error(400, "response_format json_schema is not supported"),
        says('{"well": true}'),
        as_json(200, message(None, [call("report", '{"well": true}')], "tool_calls")),
        as_json(200, {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 32768}]}),
    ]
    with endpoint(*script) as fake:
        env = {**os.environ, "DOCKER_HOST": NOWHERE, "OPENAI_BASE_URL": fake.url, "OPENAI_MODEL": "m"}
        asked, looked = (door("doctor", *more, "--json", env=env) for more in (["--probe"], []))
        assert len(fake.seen) == 5, "a look by itself asks the model nothing"
    for done in (asked, looked):
        found = {check["what"]: check for check in json.loads(done.stdout)["checks"]}["model: editor"]
        assert found["state"] == "ok"
        words = ("vLLM", "answers by json object schema", "native tools", "reads 32,768 tokens", "learned 20")
        assert all(word in found["found"] for word in words), found["found"]


def test_without_an_engine_a_run_is_parked_and_nothing_runs_on_the_host(door: Run, repository: Path) -> None:
    """SB-01."""
    done = door("plan", str(repository), "Make it work", "--no-model", env={**os.environ, "DOCKER_HOST": NOWHERE})
    assert done.returncode == 4
    assert b"patchwright resume" in done.stderr
    assert b"baseline: " not in done.stderr


def test_a_recording_that_is_not_there_is_a_usage_error_before_anything_starts(door: Run, repository: Path) -> None:
    done = door("plan", str(repository), "Make it work", "--recording", "nowhere.jsonl")
    assert done.returncode == 2
    assert b"nowhere.jsonl" in done.stderr
    assert door("list").stdout == b""
