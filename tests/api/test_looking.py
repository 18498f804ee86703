"""Commands that only look: what they print, where, and with which exit code."""

import io
import json
import os
import tarfile
from pathlib import Path

from patchwright.agent.store.ledger import own
from tests.api.conftest import Inside, Run, git
from tests.api.prepared import PATCH, ended_run, open_store, waiting_run


def test_without_any_run_the_list_says_how_to_start_one(inside: Inside) -> None:
    done = inside("list")
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"patchwright run" in done.stderr


def test_the_list_shows_every_run_newest_first(inside: Inside, state: Path) -> None:
    old, new = waiting_run(state), ended_run(state)
    lines = inside("list").stdout.decode().splitlines()
    assert [line[:8] for line in lines[2:]] == [new[:8], old[:8]]
    assert [one["id"] for one in json.loads(inside("list", "--json").stdout)] == [new, old]


def test_show_as_json_is_one_object_with_what_ci_reads(inside: Inside, state: Path) -> None:
    run_id = waiting_run(state)
    done = inside("show", "last", "--json")
    shown = json.loads(done.stdout)
    assert shown["id"] == run_id
    assert {"status", "outcome", "verdict", "usage"} <= set(shown)
    assert shown["plan"]["revision"] == 1
    assert len(shown["plan"]["sha256"]) == 64
    assert len(shown["plan"]["steps"]) == 2
    assert (done.returncode, done.stderr) == (0, b"")


def test_show_tells_of_hidden_text_and_how_to_decide(inside: Inside, state: Path) -> None:
    """PI-02."""
    run_id = waiting_run(state)
    text = inside("show", run_id[:6]).stdout.decode()
    assert "3 hidden characters were removed" in text
    assert f"patchwright approve {run_id[:8]} --revision 1 --sha256 " in text


def test_a_title_cannot_control_the_terminal(inside: Inside, state: Path) -> None:
    """OUT-02."""
    waiting_run(state, title="evil \x1b[2J\x9b title")
    for command in (("list",), ("show", "last"), ("events", "last")):
        assert b"\x1b" not in inside(*command).stdout


def test_an_unknown_run_is_a_usage_error_in_one_line(inside: Inside, state: Path) -> None:
    waiting_run(state)
    done = inside("show", "zzz")
    assert done.returncode == 2
    assert done.stderr == b"patchwright: No run begins with 'zzz'. `patchwright list` shows all.\n"


def test_an_ambiguous_beginning_is_refused(inside: Inside, state: Path) -> None:
    ids = {waiting_run(state)[0] for _ in range(20)}
    crowded = [first for first in ids if sum(run.id[0] == first for run in open_store(state).runs()) > 1]
    done = inside("show", crowded[0])
    assert done.returncode == 2
    assert b"More than one run" in done.stderr


def test_events_are_lines_for_people_and_objects_for_programs(inside: Inside, state: Path) -> None:
    waiting_run(state)
    text = inside("events", "last").stdout.decode()
    assert "baseline: 11 of 1113 tests pass" in text
    assert "tests: exit 2, 1113 tests (8.2 s)" in text
    kinds = [json.loads(line)["kind"] for line in inside("events", "last", "--json").stdout.splitlines()]
    assert kinds[0] == "run_created"
    assert kinds.count("baseline_measured") == 1


def test_following_a_run_that_has_ended_ends(inside: Inside, state: Path) -> None:
    ended_run(state)
    done = inside("events", "last", "--follow")
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[-1].endswith("end: patch, verified")


def test_diff_is_the_very_bytes_of_the_patch(door: Run, state: Path) -> None:
    """GIT-06."""
    ended_run(state)
    assert door("diff", "last").stdout == PATCH


def test_diff_stat_counts(inside: Inside, state: Path) -> None:
    ended_run(state)
    assert inside("diff", "last", "--stat").stdout.decode().splitlines()[-1] == "1 file changed, 1 added, 1 removed"


def test_a_run_without_a_patch_says_why(inside: Inside, state: Path) -> None:
    waiting_run(state)
    done = inside("diff", "last")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"has no patch: it is awaiting_approval" in done.stderr
    store = open_store(state)
    with own(store, store.runs()[0].id) as ledger:
        ledger.end("awaiting_review", "gave_up", "none", "No recipe fits.")
    assert b"has no patch: it ended as gave up: No recipe fits." in inside("diff", "last").stderr


def test_a_parked_run_says_why_and_how_to_go_on(inside: Inside, state: Path) -> None:
    run_id = waiting_run(state)
    with own(open_store(state), run_id) as ledger:
        ledger.status("executing")
    done = inside("show", "last")
    assert b"executing (parked)" in done.stdout
    assert f"patchwright resume {run_id[:8]}".encode() in done.stderr
    with own(open_store(state), run_id) as ledger:
        ledger.status("paused_config", "No model is configured.")
    done = inside("show", "last")
    assert b"paused_config: No model is configured." in done.stdout
    assert b"is parked (paused_config), nothing is lost" in done.stderr


def test_the_report_shows_before_and_after(inside: Inside, state: Path) -> None:
    ended_run(state, "unverified")
    text = inside("report", "last").stdout.decode()
    for words in (
        "patch, unverified",
        "11 of 1113 pass",
        "1112 of 1113 pass",
        "reverted: 2 tests lost",
        "1 tests that passed before fail now",
    ):
        assert words in text
    assert json.loads(inside("report", "last", "--json").stdout)["verdict"] == "unverified"
    assert inside("report", "last", "--markdown").stdout.startswith(b"# Make it work")


def test_apply_puts_the_patch_into_the_runs_own_repository(inside: Inside, state: Path, tmp_path: Path) -> None:
    checkout = webob(tmp_path)
    ended_run(state, repository=str(checkout))
    done = inside("apply", "last")
    assert done.returncode == 0, done.stderr
    assert b"collections.abc" in (checkout / "webob" / "multidict.py").read_bytes()
    assert b"webob/multidict.py" in done.stdout
    assert open_store(state).runs()[0].status == "accepted"


def test_apply_refuses_a_checkout_that_has_moved_on_and_changes_nothing(
    inside: Inside, state: Path, tmp_path: Path
) -> None:
    checkout = webob(tmp_path)
    (checkout / "webob" / "multidict.py").write_text("other\n")
    ended_run(state)
    done = inside("apply", "last", "--to", str(checkout))
    assert done.returncode == 1
    assert b"no longer applies" in done.stderr
    assert (checkout / "webob" / "multidict.py").read_text() == "other\n"


def test_apply_of_a_run_without_a_patch_says_only_that(inside: Inside, state: Path, tmp_path: Path) -> None:
    waiting_run(state)
    done = inside("apply", "last", "--to", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith(b"patchwright: Run") and b"has no patch" in done.stderr


def test_apply_asks_for_a_checkout_if_the_repository_is_not_here(inside: Inside, state: Path) -> None:
    ended_run(state)
    done = inside("apply", "last")
    assert done.returncode == 2
    assert b"--to" in done.stderr


def test_export_is_one_archive_and_overwrites_nothing(inside: Inside, state: Path, tmp_path: Path) -> None:
    run_id = ended_run(state)
    target = tmp_path / "all.tar.gz"
    assert inside("export", "last", "--to", str(target)).returncode == 0
    with tarfile.open(fileobj=io.BytesIO(target.read_bytes())) as archive:
        assert f"patchwright-{run_id}/run.json" in archive.getnames()
    again = inside("export", "last", "--to", str(target))
    assert again.returncode == 2
    assert b"was left as it is" in again.stderr


def test_no_colour_codes_in_a_pipe(inside: Inside, state: Path) -> None:
    ended_run(state)
    assert b"\x1b" not in inside("report", "last").stdout


def test_completion_offers_runs_that_begin_so(door: Run, state: Path) -> None:
    run_id = waiting_run(state)
    words = {
        "_PATCHWRIGHT_COMPLETE": "complete_bash",
        "COMP_WORDS": f"patchwright show {run_id[:2]}",
        "COMP_CWORD": "2",
    }
    assert run_id[:8] in door(env={**os.environ, **words}).stdout.decode()


def webob(folder: Path) -> Path:
    checkout = folder / "webob"
    (checkout / "webob").mkdir(parents=True)
    lines = ["#", "#", '"""', "Gives a multi-value dictionary object", "(MultiDict) plus several wrappers", '"""']
    lines += ["from collections import MutableMapping", "import binascii", "import warnings"]
    (checkout / "webob" / "multidict.py").write_text("\n".join(lines) + "\n")
    git(checkout, "init", "-q")
    return checkout
