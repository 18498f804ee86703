"""Progress is sentences for a person."""

from typing import Any, get_args

import pytest

from patchwright.agent.events import Event, EventKind
from patchwright.api.wording import Narrator


def line(kind: str, **data: Any) -> str:
    event = Event.model_validate({"run_id": "r", "seq": 1, "at": "", "kind": kind, "data": data})
    told = Narrator().line(event)
    return told[0] if told else ""


@pytest.mark.parametrize("kind", get_args(EventKind))
def test_no_event_is_told_as_raw_data(kind: str) -> None:
    said = line(kind, step=1, question="May I?", paths=["a.py", "b.py"], reason="why", attempt=2)
    assert "{" not in said and '"' not in said and "[" not in said


def test_a_question_of_the_editor_says_what_it_would_open_and_the_status_says_the_question() -> None:
    asked = line("amendment_asked", step=2, question="May I change the API?", paths=["api.py"])
    assert asked == "step 2/? asks to change api.py, which the plan does not open"
    assert line("amendment_asked", step=2, question="Which of the two?", paths=[]) == ""
    status = line("status_changed", status="needs_input", reason="the editor asks: Which of the two?")
    assert status == "needs_input: the editor asks: Which of the two?"


def test_being_stuck_says_where_and_why() -> None:
    assert line("stuck", step=1, attempt=2, reason="the same edit was made 3 times") == (
        "step 1/?, try 2 is stuck: the same edit was made 3 times"
    )


def test_the_end_says_outcome_verdict_and_reason_as_far_as_there_are_some() -> None:
    assert line("run_ended", outcome="patch", verdict="verified", reason="") == "end: patch, verified"
    assert line("run_ended", outcome="gave_up", verdict="none", reason="No test ran") == "end: gave up: No test ran"
    assert (
        line("run_ended", outcome=None, verdict="none", reason="the plan was rejected") == "end: the plan was rejected"
    )
