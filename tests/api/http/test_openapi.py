"""What the OpenAPI document says is what the service does: schemathesis tries, within bounds."""

import os
import subprocess
import sys
from pathlib import Path

import httpx2

from tests.api.http.conftest import Serve
from tests.api.prepared import waiting_run
from tests.e2e.stage import Stage

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "negative_data_rejection,ignored_auth"
)


def test_schemathesis_finds_nothing(serve: Serve, stage: Stage) -> None:
    waiting_run(stage.state)
    served = serve(works=False, requests_per_minute=100_000, runs_per_hour=0)
    program = Path(sys.executable).parent / "schemathesis"
    command = [program, "run", f"{served.url}/openapi.json", "--checks", CHECKS, "--max-examples", "8", "--seed", "7"]
    options = ["--phases", "examples,coverage,fuzzing", "--header", f"Authorization: Bearer {served.key()}", "--no-color"]
    done = subprocess.run(
        [*command, *options, "--generation-deterministic", "--exclude-path-regex", "/events$"],
        capture_output=True,
        text=True,
        timeout=200,
        cwd=stage.state,
        env={"PATH": os.environ["PATH"], "HOME": str(stage.state)},
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_every_operation_has_a_summary_an_example_of_its_body_and_its_problems(serve: Serve) -> None:
    document = httpx2.get(f"{serve(works=False).url}/openapi.json").json()
    operations = [(path, verb, one) for path, verbs in document["paths"].items() for verb, one in verbs.items()]
    assert len(operations) >= 19
    for path, verb, one in operations:
        assert one["description"] and "401" in one["responses"], (verb, path)
        assert "application/problem+json" in one["responses"]["401"]["content"], (verb, path)
    assert {path for path, _, _ in operations} >= {"/v1/runs", "/v1/runs/{run_id}/approval", "/metrics", "/v1/audit"}
