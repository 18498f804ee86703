"""What the OpenAPI document says, and that the service does what it says whatever it is sent."""

import os
import subprocess
import sys
from pathlib import Path

import httpx2

from tests.api.http.conftest import Serve
from tests.api.prepared import waiting_run
from tests.e2e.stage import Stage

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "negative_data_rejection", "ignored_auth"),
)
PLENTY = 1_000_000
SETTINGS = """
[parameters]
"path.run_id" = "{run_id}"

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429"]
"""
"""Among them 413: a body that is too large is refused before it is read."""


def test_every_operation_has_a_description_and_its_problems(serve: Serve) -> None:
    document = httpx2.get(f"{serve(works=False).url}/openapi.json").json()
    operations = [(path, verb, one) for path, verbs in document["paths"].items() for verb, one in verbs.items()]
    assert len(operations) >= 19
    for path, verb, one in operations:
        assert one["description"], (verb, path)
        assert "application/problem+json" in one["responses"]["401"]["content"], (verb, path)
    assert {path for path, _, _ in operations} >= {"/v1/runs", "/v1/runs/{run_id}/approval", "/metrics", "/v1/audit"}


def test_the_service_keeps_to_its_openapi_document(serve: Serve, stage: Stage, tmp_path: Path) -> None:
    """Examples, the edges of each schema, and random data, valid and not: no 5xx, nothing that is not written down."""
    run_id = waiting_run(stage.state)
    served = serve(works=False, requests_per_minute=PLENTY, runs_per_hour=PLENTY, queue=PLENTY)
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(SETTINGS.format(run_id=run_id))
    command = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        str(settings),
        "run",
        f"{served.url}/openapi.json",
    ]
    options = ["--phases", "examples,coverage,fuzzing", "-n", "4", "--seed", "1", "--exclude-path-regex", "/events$"]
    asked = [
        *command,
        "--checks",
        ",".join(CHECKS),
        *options,
        "-H",
        f"Authorization: Bearer {served.key()}",
        "--no-color",
    ]
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    done = subprocess.run(
        asked, cwd=tmp_path, env={**kept, "NO_PROXY": "127.0.0.1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert "Operations:" in done.stdout and "generated" in done.stdout
