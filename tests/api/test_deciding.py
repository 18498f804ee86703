"""A human decides on one revision by its hash; everything else is refused."""

import subprocess
from pathlib import Path

import pytest

from patchwright.api.who import identity
from tests.api.conftest import Inside
from tests.api.prepared import DRAFT, a_plan, open_store, waiting_run


def test_an_approval_is_recorded_with_who_which_and_why(inside: Inside, state: Path) -> None:
    """APR-09."""
    run_id = waiting_run(state)
    sha256 = a_plan(open_store(state), run_id, 1).sha256
    note = ("--note", "keep the API", "--by", "alice")
    done = inside("approve", "last", "--revision", "1", "--sha256", sha256[:12], "--no-execute", *note)
    assert done.returncode == 0, done.stderr
    (approval,) = open_store(state).approvals(run_id)
    assert (approval.decision, approval.revision, approval.sha256) == ("approve", 1, sha256)
    assert approval.by.startswith("alice@")
    assert approval.by.endswith("(terminal)")
    assert approval.notes == "keep the API"


def test_a_stale_revision_or_hash_is_refused(inside: Inside, state: Path) -> None:
    """APR-03."""
    run_id = waiting_run(state)
    store = open_store(state)
    store.add_plan(run_id, a_plan(store, run_id, 2, DRAFT.model_copy(update={"risks": ()})))
    for arguments in (["--revision", "1"], ["--revision", "2", "--sha256", "0" * 12], ["--revision", "3"]):
        done = inside("approve", "last", *arguments, "--no-execute")
        assert done.returncode == 2
        assert b"now at revision 2" in done.stderr
    assert store.approvals(run_id) == []


@pytest.mark.parametrize("sha256", ["abc", "zz" * 6, "a" * 65])
def test_a_hash_that_binds_to_nothing_is_refused(inside: Inside, state: Path, sha256: str) -> None:
    """APR-02."""
    waiting_run(state)
    done = inside("approve", "last", "--revision", "1", "--sha256", sha256, "--no-execute")
    assert done.returncode == 2
    assert b"12 to 64 hex digits" in done.stderr


def test_an_approval_is_used_once(inside: Inside, state: Path) -> None:
    """APR-08."""
    run_id = waiting_run(state)
    codes = [inside("approve", "last", "--revision", "1", "--no-execute").returncode for _ in range(2)]
    assert codes == [0, 2]
    assert len(open_store(state).approvals(run_id)) == 1


def test_editing_by_hand_makes_a_revision_by_the_human(inside: Inside, state: Path) -> None:
    run_id = waiting_run(state)
    done = inside("edit", "last", EDITOR="sed -i 's/Mend the rest/Leave the rest/'")
    assert done.returncode == 3, done.stderr
    plan = open_store(state).plan(run_id)
    assert plan is not None
    assert plan.revision == 2
    assert plan.author.startswith("tester@")
    assert plan.draft.steps[1].title == "Leave the rest by hand"
    assert plan.draft.steps[0].preview == DRAFT.steps[0].preview
    assert plan.draft.steps[1].author == plan.author
    assert plan.draft.steps[0].author == ""
    assert "~ step 2 Leave the rest by hand: title" in done.stdout.decode()


def test_an_edit_that_is_no_plan_is_told_and_changes_nothing(inside: Inside, state: Path) -> None:
    run_id = waiting_run(state)
    done = inside("edit", "last", EDITOR="sed -i 's/^summary.*/summary = 5/'")
    assert done.returncode == 2
    assert b"summary: Input should be a valid string" in done.stderr
    assert len(open_store(state).plans(run_id)) == 1


def test_an_editor_that_changes_nothing_makes_no_revision(inside: Inside, state: Path) -> None:
    run_id = waiting_run(state)
    assert inside("edit", "last", EDITOR="true").returncode == 3
    assert len(open_store(state).plans(run_id)) == 1


def test_an_editor_that_is_not_there_is_named(inside: Inside, state: Path) -> None:
    waiting_run(state)
    done = inside("edit", "last", EDITOR="no-such-editor")
    assert done.returncode == 2
    assert b"set EDITOR" in done.stderr


def test_cancel_ends_a_waiting_run_and_wins_over_a_later_approval(inside: Inside, state: Path) -> None:
    """APR-08, REL-04."""
    run_id = waiting_run(state)
    assert inside("cancel", "last").returncode == 0
    assert open_store(state).run(run_id).status == "cancelled"
    done = inside("approve", "last", "--revision", "1")
    assert done.returncode == 2
    assert b"does not wait for a decision" in done.stderr


def test_a_revision_without_words_is_refused(inside: Inside, state: Path) -> None:
    waiting_run(state)
    assert inside("revise", "last", "  ").returncode == 2


def test_who_decides_is_the_option_then_the_environment_then_the_system() -> None:
    assert identity("alice", {"PATCHWRIGHT_USER": "bob"}).startswith("alice@")
    assert identity("", {"PATCHWRIGHT_USER": "bob"}).startswith("bob@")
    assert identity("a@b.example", {}) == "a@b.example (terminal)"
    assert identity("", {}).endswith(" (terminal)")


def test_a_name_cannot_hold_what_no_name_holds(inside: Inside, state: Path) -> None:
    waiting_run(state)
    done = inside("approve", "last", "--revision", "1", "--no-execute", "--by", "a\x1b[31mb")
    assert done.returncode == 2
    assert b"\x1b" not in done.stderr


def test_unexpected_errors_are_short_and_their_traceback_is_kept(inside: Inside, state: Path) -> None:
    """Also when the key of a model is set: it is in neither (SEC-04)."""
    run_id = waiting_run(state)
    with open_store(state).database.transaction() as connection:
        connection.execute("UPDATE plans SET plan='{\"broken sk-secretsecretsecret\": 1}' WHERE run_id=?", (run_id,))
    key = {"OPENAI_API_KEY": "sk-secretsecretsecret", "OPENAI_MODEL": "m"}
    done = inside("show", "last", **key)
    assert done.returncode == 4
    assert b"defect of patchwright" in done.stderr
    assert b"Traceback" not in done.stderr
    log = state / "errors.log"
    assert "Traceback" in log.read_text()
    assert "sk-secretsecretsecret" not in log.read_text() + done.stderr.decode()
    assert log.stat().st_mode & 0o077 == 0


def test_settings_that_are_wrong_stop_every_command(inside: Inside, state: Path, tmp_path: Path) -> None:
    """CFG-02."""
    (tmp_path / "settings.toml").write_text("[surprise]\n")
    done = inside("list")
    assert done.returncode == 2
    assert b"surprise" in done.stderr


def test_a_state_folder_that_cannot_be_made_is_infrastructure(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = inside("list", PATCHWRIGHT_STATE=str(tmp_path / "file" / "state"))
    assert done.returncode == 4
    assert b"PATCHWRIGHT_STATE" in done.stderr


def test_a_closed_pipe_is_no_error(state: Path) -> None:
    for _ in range(3):
        waiting_run(state)
    from tests.api.conftest import COMMAND

    with subprocess.Popen(
        [*COMMAND, "show", "last", "--full"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
