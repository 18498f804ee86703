"""The reviewer: findings by schema; it decides nothing, and nothing it says breaks a run (LLM-02, OUT-03)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from patchwright.agent.errors import ContextExceeded, ModelGarbage
from patchwright.agent.messages import Reply, Request
from patchwright.agent.parse import Malformed
from patchwright.agent.reviewer import REVIEW_SCHEMA, Finding, findings_text, read_findings, review_diff, review_request
from tests.agent.scripts import Script, a_plan, an_issue

ONE = {"severity": "warning", "path": "a.py", "line": 3, "message": "edge case"}


def test_findings_come_worst_first() -> None:
    worst = {**ONE, "severity": "blocking", "message": "wrong"}
    found = review_diff(Script(Reply(parsed={"findings": [ONE, worst]})), an_issue(), a_plan(), "diff")
    assert [one.message for one in found] == ["wrong", "edge case"]
    said = findings_text(found, "+the line")
    assert said.startswith(
        "A reviewer says of your change (check it; where it is right, it goes before the words of the step):\n- a.py:3 wrong\n<data-"
    )
    assert "+the line" in said
    assert findings_text(found[1:], "+the line") == ""


def test_the_request_holds_issue_plan_notes_and_diff_and_asks_by_schema() -> None:
    request = review_request(an_issue(), a_plan(risks=("none",)), "diff --git a/x b/x\n", "verified")
    assert request.schema == REVIEW_SCHEMA
    text = request.messages[1].content
    for part in (
        "mean([]) crashes",
        "1. Guard",
        "keep the signature",
        "Risks:\n- none",
        "verified\n",
        "diff --git a/x b/x",
    ):
        assert part in text
    Draft202012Validator.check_schema(REVIEW_SCHEMA)


def test_a_very_long_diff_is_cut_and_says_so() -> None:
    text = review_request(an_issue(), a_plan(), "+line\n" * 100_000).messages[1].content
    assert len(text) < 65_000
    assert "characters of the diff are not shown" in text


@pytest.mark.parametrize("reply", [Reply(content="looks good"), Reply(parsed={}), Reply(parsed={"findings": "none"})])
def test_a_review_that_cannot_be_read_is_a_note(reply: Reply) -> None:
    found = review_diff(Script(reply), an_issue(), a_plan(), "diff")
    assert [one.severity for one in found] == ["note"]


class Short:
    """Reads no more than so many characters."""

    def __init__(self, most: int) -> None:
        self.most = most

    def complete(self, request: Request) -> Reply:
        if len(request.messages[1].content) > self.most:
            raise ContextExceeded("too long", 1000)
        return Reply(parsed={"findings": [ONE]})


def test_a_reviewer_that_reads_little_reviews_the_beginning_and_the_end() -> None:
    found = review_diff(Short(20_000), an_issue(), a_plan(), "+line\n" * 100_000)
    assert [one.message for one in found] == ["edge case"]


def test_a_reviewer_that_reads_next_to_nothing_does_not_stop_the_run() -> None:
    found = review_diff(Short(100), an_issue(), a_plan(), "+line\n" * 100_000)
    assert [one.severity for one in found] == ["note"]


class Garbage:
    def complete(self, request: Request) -> Reply:
        raise ModelGarbage("The endpoint sent nothing usable.")


def test_garbage_from_the_endpoint_is_a_note() -> None:
    assert "nothing usable" in review_diff(Garbage(), an_issue(), a_plan(), "diff")[0].message


def test_out_01_findings_hold_no_control_characters() -> None:
    found = read_findings(Reply(parsed={"findings": [{**ONE, "message": "\x1b[31mred\u202e"}]}))
    assert found == (Finding(severity="warning", path="a.py", line=3, message="\\x1b[31mred\\u202e"),)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3)
)


@given(st.lists(st.dictionaries(st.sampled_from(["severity", "path", "line", "message"]), JSON | st.just("note"))))
def test_llm_02_any_list_of_findings_is_read_or_left_out(items: list[Any]) -> None:
    assert len(read_findings(Reply(parsed={"findings": items}))) <= len(items)


def test_a_reply_without_a_list_of_findings_is_malformed() -> None:
    with pytest.raises(Malformed, match="no list"):
        read_findings(Reply(parsed={"findings": 3}))
