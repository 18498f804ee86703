"""`patchwright ci --server`: a real server works on the run, the policy decides from here."""

import json
from pathlib import Path

from tests.api.conftest import Inside
from tests.api.conftest import inside as inside  # fixtures
from tests.api.conftest import state as state
from tests.api.http.conftest import Serve
from tests.api.http.conftest import serve as serve
from tests.api.http.conftest import stage as stage
from tests.e2e.conftest import own_environment as own_environment
from tests.e2e.stage import Stage

POLICY = 'name = "words"\nissues = true\npaths = ["word.txt"]\nmax_files = 1\nmax_lines = 2\n'


def test_a_run_on_a_server_is_approved_by_a_policy_and_its_name_is_recorded_there(
    inside: Inside, serve: Serve, stage: Stage, tmp_path: Path
) -> None:
    served = serve()
    (tmp_path / "policy.toml").write_text(POLICY)
    key = served.key("approver", "nightly")
    files = ("--junit", str(tmp_path / "j.xml"), "--patch", str(tmp_path / "p.diff"))
    done = inside(
        *("ci", str(stage.repository), "--issue", "The word is wrong.", "--server", served.url),
        *("--approve-by", str(tmp_path / "policy.toml"), "--json", *files),
        PATCHWRIGHT_KEY=key,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    (approval,) = stage.store().approvals(said["id"])
    assert said["verdict"] == "verified"
    assert "nightly" in approval.by and approval.by.endswith(said["policy"])
    assert b"+right" in (tmp_path / "p.diff").read_bytes()
    assert b"plan: revision 1" in done.stderr


def test_without_a_key_it_is_said_where_one_belongs(inside: Inside, stage: Stage) -> None:
    done = inside("ci", str(stage.repository), "--issue", "x", "--server", "http://127.0.0.1:1")
    assert done.returncode == 2 and b"PATCHWRIGHT_KEY" in done.stderr
