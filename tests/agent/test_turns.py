"""Turns: what is run, what ends the work, what is noticed (LLM-01, LLM-02, RES-11)."""

import json
from typing import Any

import pytest

from patchwright.agent.messages import Message, Reply, ToolCall
from patchwright.agent.turns import Conversation, Execute, Turn, absorb, begin, run_calls, say, take_turn
from patchwright.tools.calls import ToolOutcome
from patchwright.tools.checks import TestChange, Verification
from patchwright.tools.toolbox import execute, specs
from tests.agent.scripts import FILES, Script, calls
from tests.tools.memory_desk import MemoryDesk

TOOLS = specs("executing")
START = begin("editor", [Message(role="system", content="s"), Message(role="user", content="u")])


def turn(conversation: Conversation, reply: Reply, desk: MemoryDesk | None = None) -> Turn:
    place = desk or MemoryDesk(FILES)
    return take_turn(conversation, Script(reply), lambda call: execute(place, "executing", call), TOOLS)


def repeated(reply: Reply, times: int, conversation: Conversation = START) -> Turn:
    result = Turn(conversation)
    for _ in range(times):
        result = turn(result.conversation, reply)
    return result


def saying(text: str) -> Execute:
    return lambda _: ToolOutcome(text=text)


def test_all_calls_of_an_answer_are_run_in_order_and_answered_by_their_ids() -> None:
    done = turn(START, calls(("read", {"path": "calc/core.py"}), ("list", {})))
    said, first, second = done.conversation.messages[2:]
    assert [call.name for call in said.tool_calls] == ["read", "list"]
    assert (first.role, first.tool_call_id) == ("tool", "c0")
    assert second.content.startswith("AGENTS.md\ncalc/core.py")
    assert done.ended is None


def test_a_call_that_ends_the_work_gives_its_arguments_and_stops_the_rest() -> None:
    done = turn(START, calls(("ask", {"question": "may I?"}), ("run", {"command": "touch x"})))
    assert (done.ended, done.payload) == ("ask", {"question": "may I?"})
    assert "Not run" in done.conversation.messages[-1].content


def test_finish_beside_a_call_that_failed_is_not_taken() -> None:
    done = turn(START, calls(("delete", {"path": "none"}), ("finish", {"summary": "done"})))
    assert done.ended is None
    assert "was not taken" in done.conversation.messages[-1].content


def test_edit_tests_and_finish_fit_into_one_answer_but_a_red_test_keeps_the_work_open() -> None:
    edit = ("edit", {"path": "calc/core.py", "edits": [{"old": "sum(xs)", "new": "add(xs)"}]})
    last: list[tuple[str, dict[str, Any]]] = [edit, ("run_tests", {}), ("finish", {"summary": "done"})]
    assert turn(START, calls(*last)).ended == "finish"
    broken = Verification(commit="c", changes=(TestChange(id="t", verdict="broken", before="passed", after="failed"),))
    done = turn(START, calls(*last), MemoryDesk(FILES, verification=broken))
    assert done.ended is None
    assert "finish was not taken" in done.conversation.messages[-1].content


def test_a_test_may_be_red_before_its_fix_in_the_same_answer() -> None:
    red_then_green = iter((ToolOutcome(text="fails", red=True), ToolOutcome(text="passes")))

    def execute(call: ToolCall) -> ToolOutcome:
        match call.name:
            case "run_tests":
                return next(red_then_green)
            case "edit":
                return ToolOutcome(text="done", edits=("a.py",))
            case _:
                return ToolOutcome(text="Finished.", ended="finish")

    names = ("edit", "run_tests", "edit", "run_tests", "finish")
    calls = tuple(ToolCall(id=str(at), name=name, arguments={}) for at, name in enumerate(names))
    outcomes = run_calls(START, calls, execute)
    assert [outcome.ended for outcome in outcomes] == [None, None, None, None, "finish"]


def test_a_command_that_fails_keeps_a_step_open_but_is_what_a_plan_may_be_about() -> None:
    shown = ("run", {"command": "exit 3"})
    assert turn(START, calls(shown, ("finish", {"summary": "done"}))).ended is None
    assert turn(START, calls(shown, ("submit_plan", {"summary": "s"}))).ended == "plan"


def test_a_submitted_plan_ends_planning_with_its_arguments() -> None:
    done = turn(begin("planner", START.messages), calls(("submit_plan", {"summary": "s"})))
    assert (done.ended, done.payload) == ("plan", {"summary": "s"})


def test_a_plan_whose_arguments_are_broken_is_told_and_not_taken() -> None:
    reply = Reply(tool_calls=(ToolCall(id="c", name="submit_plan", arguments={}, problem="it is not JSON"),))
    done = turn(START, reply)
    assert done.ended is None
    assert "it is not JSON" in done.conversation.messages[-1].content


def test_an_answer_without_calls_is_reminded_once_and_then_ends() -> None:
    first = turn(START, Reply(content="I think"))
    assert first.ended is None
    assert "called no tool" in first.conversation.messages[-1].content
    second = turn(first.conversation, Reply(content="I still think"))
    assert (second.ended, second.payload) == ("no_tool_calls", {"text": "I still think"})
    assert turn(turn(first.conversation, calls(("list", {}))).conversation, Reply()).ended is None


def test_llm_01_answers_without_one_usable_call_end_after_a_bounded_number() -> None:
    result = Turn(START)
    for number in range(5):
        result = turn(result.conversation, calls(("nonsense", {"x": number})))
    assert result.ended == "bad_calls"


def test_res_11_the_same_call_with_the_same_result_is_told_and_then_ends() -> None:
    look = calls(("run", {"command": "true"}))
    assert "do something else" in repeated(look, 2).conversation.messages[-1].content
    assert repeated(look, 3).ended == "stuck"


def test_the_same_look_after_an_edit_is_no_repetition() -> None:
    desk, result = MemoryDesk({"a.txt": b"0"}), Turn(START)
    for number in range(6):
        result = turn(result.conversation, calls(("diagnostics", {})), desk)
        change = {"path": "a.txt", "edits": [{"old": str(number), "new": str(number + 1)}]}
        result = turn(result.conversation, calls(("edit", change)), desk)
    assert result.ended is None


def test_res_11_edits_that_go_back_and_forth_end_as_stuck() -> None:
    desk, result = MemoryDesk({"a.txt": b"one"}), Turn(START)
    for number in range(5):
        old, new = ("one", "two") if number % 2 == 0 else ("two", "one")
        result = turn(
            result.conversation, calls(("edit", {"path": "a.txt", "edits": [{"old": old, "new": new}]})), desk
        )
    assert result.ended == "stuck"
    assert "circles" in result.conversation.messages[-1].content


def test_the_last_turns_are_announced_and_the_limit_ends_the_work() -> None:
    conversation, ended = begin("editor", START.messages, limit=6), list[Any]()
    for number in range(6):
        result = turn(conversation, calls(("list", {"path": f"x{number}"})))
        conversation = result.conversation
        ended.append(result.ended)
    assert ended == [None] * 5 + ["turns"]
    assert any("5 more answers" in message.content for message in conversation.messages)


def test_a_conversation_round_trips_through_json_and_goes_on_the_same() -> None:
    before = turn(START, calls(("list", {}))).conversation
    after = Conversation.model_validate_json(before.model_dump_json())
    assert after == before
    assert turn(after, calls(("list", {}))).conversation == turn(before, calls(("list", {}))).conversation


def test_a_long_conversation_never_exceeds_the_context_and_keeps_its_prefix_mostly() -> None:
    """LLM: the request fits however long the run is; the sent prefix changes in few large steps."""
    conversation, moved, last = begin("editor", START.messages, context=40_000, limit=10_000), 0, ""
    model = Script()
    for number in range(300):
        model = Script(calls(("run", {"command": f"c{number}"}), ("note", {"text": f"n{number}"})))
        conversation = take_turn(conversation, model, saying(f"out {number}\n" + "x" * 3000), TOOLS).conversation
        sent = json.dumps([message.model_dump() for message in model.requests[0].messages])
        assert len(sent) / 4 + 1200 < 40_000
        moved += not sent.startswith(last[:-1])
        last = sent
    assert moved < 100
    shown = model.requests[0].messages
    assert shown[:2] == list(START.messages)
    assert "earlier turns are left out" in shown[2].content
    assert "Your notes:\n- n" in shown[2].content


def test_a_folded_output_can_be_read_again() -> None:
    conversation = begin("editor", START.messages, context=8000, limit=100)
    model = Script()
    for number in range(12):
        model = Script(calls(("run", {"command": f"c{number}"})))
        conversation = take_turn(conversation, model, saying(f"out {number}\n" + "x" * 2000), TOOLS).conversation
    folded = [message.content for message in model.requests[0].messages if "[folded" in message.content]
    assert folded
    handle = int(folded[-1].rpartition("handle ")[2].partition("]")[0])
    again = turn(conversation, calls(("reread", {"handle": handle}))).conversation.messages[-1].content
    assert again.startswith(folded[-1].partition("\n")[0] + "\nxxx")
    assert "no output" in turn(conversation, calls(("reread", {"handle": 0}))).conversation.messages[-1].content


def test_an_issue_larger_than_the_context_is_cut_and_not_refused() -> None:
    model = Script(calls(("list", {})))
    take_turn(
        begin("editor", [Message(role="user", content="y" * 90_000)], context=4000),
        model,
        saying(""),
        (),
    )
    assert "cut to fit" in model.requests[0].messages[0].content
    assert len(model.requests[0].messages[0].content) < 12_000


def test_say_adds_a_message_to_the_model() -> None:
    assert say(START, "more").messages[-1] == Message(role="user", content="more")


def test_outcomes_and_calls_have_to_match() -> None:
    with pytest.raises(ValueError, match="zip"):
        absorb(START, calls(("list", {})), [])
