"""`say`, `pause`, `resume --add-budget` and `--candidates` on the command line."""

import json
from pathlib import Path

import pytest

from patchwright.agent.issue import Issue
from patchwright.agent.state import GRAPH_VERSION
from tests.api.conftest import Inside
from tests.api.prepared import ended_run, open_store, waiting_run


def queued_run(state: Path) -> str:
    issue = Issue(title="t", repository="/somewhere", base_commit="b" * 40, clone="c.git")
    return open_store(state).create_run(issue, GRAPH_VERSION, "local").id


def test_words_are_kept_with_who_said_them(inside: Inside, state: Path) -> None:
    run_id = waiting_run(state)
    done = inside("say", "last", "Keep the old name.", "--by", "alice")
    assert done.returncode == 0 and b"No model is configured" in done.stdout
    (said,) = open_store(state).said(run_id)
    assert said.text == "Keep the old name." and said.by.startswith("alice@")
    assert b"alice" in inside("events", "last").stdout
    shown = json.loads(inside("show", "last", "--json").stdout)
    assert shown["said"][0]["text"] == "Keep the old name."


def test_nothing_can_be_said_to_a_run_that_has_ended(inside: Inside, state: Path) -> None:
    ended_run(state)
    done = inside("say", "last", "Too late.")
    assert done.returncode == 2 and b"has ended" in done.stderr
    assert inside("say", "last", "  ").returncode == 2


def test_a_run_that_nobody_works_on_is_paused_at_once(inside: Inside, state: Path) -> None:
    run_id = queued_run(state)
    done = inside("pause", "last", "--by", "alice")
    assert done.returncode == 0 and b"`patchwright resume" in done.stdout
    run = open_store(state).run(run_id)
    assert run.status == "paused" and run.reason.startswith("paused by alice@")
    assert inside("pause", "last").returncode == 2


@pytest.mark.parametrize(("text", "word"), [("love=5", b"no limit 'love'"), ("tokens=x", b"adds nothing")])
def test_an_addition_that_means_nothing_changes_nothing(inside: Inside, state: Path, text: str, word: bytes) -> None:
    run_id = queued_run(state)
    done = inside("resume", "last", "--add-budget", text)
    assert done.returncode == 2 and word in done.stderr
    assert open_store(state).added(run_id) == {}


def test_a_run_that_has_ended_needs_no_budget(inside: Inside, state: Path) -> None:
    ended_run(state)
    done = inside("resume", "last", "--add-budget", "tokens=5")
    assert done.returncode == 2 and b"needs no budget" in done.stderr


def test_more_candidates_at_the_approval_are_a_revision_of_the_humans_own(inside: Inside, state: Path) -> None:
    """APR-02, APR-03."""
    run_id = waiting_run(state)
    done = inside("approve", "last", "--revision", "1", "--candidates", "3", "--no-execute")
    assert done.returncode == 0, done.stderr
    store = open_store(state)
    plan, (approval,) = store.plan(run_id), store.approvals(run_id)
    assert plan and plan.terms.candidates == 3 and plan.author.startswith("tester@")
    assert (approval.revision, approval.sha256) == (2, plan.sha256)
    assert b"3 executions of this plan, at about 3 times the cost" in inside("show", "last").stdout


def test_a_candidate_that_is_not_there_is_named(inside: Inside, state: Path) -> None:
    ended_run(state)
    done = inside("diff", "last", "--candidate", "2")
    assert done.returncode == 2 and b"no patch of a candidate 2" in done.stderr
    assert inside("diff", "last", "--candidate", "2", "--stat").returncode == 2
