"""LLM-01, RES-09, APR-01, APR-04: what a model can do with its tools, and what it is told."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchwright.tools.acts import Helpers
from patchwright.tools.calls import ToolCall, ToolOutcome
from patchwright.tools.checks import TestChange, TestResult, Verification
from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.telling import verdict_text
from patchwright.tools.toolbox import ToolPhase, execute, specs
from patchwright.tools.viewing import listing, window
from tests.tools.memory_desk import MemoryDesk

FILES = {"src/a.py": b"def f(x):\n    return x\n", "src/b.py": b"", "README.md": b"# Title\n"}


def call(
    desk: MemoryDesk, name: str, phase: ToolPhase = "executing", helpers: Helpers | None = None, **given: Any
) -> ToolOutcome:
    return execute(desk, phase, ToolCall(id="1", name=name, arguments=given), helpers)


@pytest.fixture
def desk() -> MemoryDesk:
    return MemoryDesk(FILES)


def test_read_shows_numbered_lines_with_a_head(desk: MemoryDesk) -> None:
    assert call(desk, "read", path="src/a.py").text == "src/a.py, lines 1-2 of 2\n1\tdef f(x):\n2\t    return x"


def test_a_long_file_comes_in_windows_that_say_how_to_go_on() -> None:
    desk = MemoryDesk({"a.txt": b"line\n" * 1000})
    first = call(desk, "read", path="a.txt").text
    assert first.endswith("400\tline\n(600 more lines: read with start=401)")
    assert call(desk, "read", path="a.txt", lines=900).text == first  # more than there is to have is no mistake
    assert call(desk, "read", path="a.txt", start=999).text == "a.txt, lines 999-1000 of 1000\n999\tline\n1000\tline"
    assert call(desk, "read", path="a.txt", start=5000).text == "a.txt has only 1000 lines."


def test_a_few_lines_more_than_the_limit_are_not_cut() -> None:
    assert "more lines" not in window("a", b"x\n" * 440)
    assert "(1 more lines: read with start=3)" in window("a", b"x\n" * 3, 1, 2)


def test_res_09_wide_files_are_cut_at_line_ends() -> None:
    text = window("a", (b"y" * 500 + b"\n") * 300)
    assert len(text) < 24_000
    assert text.rpartition("\n")[2].endswith("more lines: read with start=40)")


def test_binary_undecodable_and_empty_files_are_named_as_such(desk: MemoryDesk) -> None:
    assert window("a.png", b"\x89PNG\0") == "a.png is binary, 5 bytes."
    assert "cannot be edited" in window("a.txt", b"caf\xe9\n")
    assert window("a", b"") == "a is empty."
    assert window("a", b"x").endswith("(no newline at the end)")


def test_pi_02_hidden_characters_are_shown_as_escapes() -> None:
    assert "\\u200b" in window("a", "x\u200by\x1b[31m\n".encode())
    assert "\x1b" not in window("a", b"\x1b[31m\n")


def test_a_missing_file_names_those_that_may_be_meant(desk: MemoryDesk) -> None:
    assert call(desk, "read", path="a.py").text == "There is no file a.py. Did you mean src/a.py?"
    assert call(desk, "edit", path="src/aa.py", edits=[{"old": "x", "new": "y"}]).text.endswith(
        "Did you mean src/a.py?"
    )


def test_list_shows_files_or_counts_if_there_are_many(desk: MemoryDesk) -> None:
    assert call(desk, "list").text == "README.md\nsrc/a.py\nsrc/b.py"
    assert call(desk, "list", path="src/").text == "src/a.py\nsrc/b.py"
    assert call(desk, "list", glob="*.md").text == "README.md"
    assert call(desk, "list", path="none").text == "No files below none."
    many = listing([f"pkg/m{number:03}.py" for number in range(300)] + ["setup.py"])
    assert many == "301 files; name a folder or a pattern for single ones\npkg/ (300 files)\nsetup.py"
    assert listing([f"m{number:03}.py" for number in range(300)]).endswith("(100 more: name a folder)")


def test_an_edit_changes_the_file_and_names_it(desk: MemoryDesk) -> None:
    done = call(desk, "edit", path="./src/a.py", edits=[{"old": "return x", "new": "return x + 1"}])
    assert (done.text, done.edits) == ("src/a.py: 1 edit made.", ("src/a.py",))
    assert desk.files["src/a.py"] == b"def f(x):\n    return x + 1\n"


def test_a_syntax_error_comes_back_with_the_edit_that_caused_it(desk: MemoryDesk) -> None:
    done = call(desk, "edit", path="src/a.py", edits=[{"old": "def f(x):", "new": "def f(x:"}])
    assert done.edits == ("src/a.py",)
    assert "syntax error now" in done.text
    assert "src/a.py:1:6 error: '(' was never closed [syntax, python]\n1\tdef f(x:" in done.text


def test_create_delete_rename_and_undo(desk: MemoryDesk) -> None:
    assert call(desk, "create", path="new.py", text="x = 1\n").text == "new.py created, 1 line."
    assert call(desk, "rename", path="new.py", to="lib/new.py").edits == ("new.py", "lib/new.py")
    assert call(desk, "delete", path="README.md").edits == ("README.md",)
    assert sorted(desk.files) == ["lib/new.py", "src/a.py", "src/b.py"]
    assert call(desk, "undo", path="README.md").text == "As at the start of this step again: README.md."
    assert call(desk, "undo").edits == ("lib/new.py",)
    assert call(desk, "undo").text == "Everything is as it was at the start of this step."
    assert call(desk, "undo", path="src/a.py").refused
    assert desk.files == FILES


@pytest.mark.parametrize(
    ("name", "given_arguments", "why"),
    [
        ("create", {"path": "src/a.py", "text": ""}, "exists already"),
        ("create", {"path": "src", "text": ""}, "is a folder"),
        ("create", {"path": "README.md/x", "text": ""}, "README.md is a file"),
        ("create", {"path": "x", "text": "\0"}, "NUL"),
        ("rename", {"path": "src/a.py", "to": "src/b.py"}, "exists already"),
        ("rename", {"path": "none", "to": "x"}, "There is no file none"),
        ("delete", {"path": "none"}, "There is no file none"),
        ("delete", {"path": ".GIT/config"}, "git's own folder"),
        ("create", {"path": "../x", "text": ""}, '".."'),
        ("read", {"path": "/etc/passwd"}, "absolute"),
        ("list", {"path": "~"}, "~"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(desk: MemoryDesk, name: str, given_arguments: Any, why: str) -> None:
    done = call(desk, name, **given_arguments)
    assert why in done.text
    assert done.refused
    assert desk.files == FILES


def test_sec_04_a_token_is_not_written_into_a_file_that_did_not_hold_it(desk: MemoryDesk) -> None:
    token = "gh" + "p_" + "a1" * 18
    assert "looks like a token" in call(desk, "create", path="new.py", text=f"KEY = '{token}'\n").text
    swap = [{"old": "return x", "new": f"return '{token}'"}]
    assert call(desk, "edit", path="src/a.py", edits=swap).refused
    assert desk.files == FILES
    desk.files["src/b.py"] = f"KEY = '{token}'\nx = 1\n".encode()
    assert call(desk, "edit", path="src/b.py", edits=[{"old": "x = 1", "new": "x = 2"}]).edits


def test_apr_04_a_path_outside_the_scope_is_refused_with_the_way_to_ask() -> None:
    desk = MemoryDesk(FILES, allowed=["src/**"])
    done = call(desk, "edit", path="README.md", edits=[{"old": "Title", "new": "T"}])
    assert "not in the approved scope of this step (src/**)" in done.text
    assert "call ask, name the path" in done.text
    assert desk.files == FILES


def test_apr_01_while_planning_nothing_that_writes_is_offered() -> None:
    offered = {spec.name for spec in specs("planning")}
    assert offered == {"list", "read", "search", "run", "finish"}
    for name in ("edit", "create", "delete", "rename", "undo", "ask"):
        assert call(MemoryDesk(FILES), name, "planning").bad


def test_a_command_shows_its_status_first_and_its_own_status_in_a_pipe(desk: MemoryDesk) -> None:
    assert call(desk, "run", command="echo hello; exit 3").text == "exit code 3 (0.1 s)\nhello"
    assert call(desk, "run", command="false | cat").text == "exit code 1 (0.1 s)\n(no output)"
    assert call(desk, "run", command="echo 'a b' \"$((1+1))\"").text.endswith("a b 2")


def test_a_timeout_keeps_what_was_printed(desk: MemoryDesk) -> None:
    assert call(desk, "run", command="echo so far; sleep 9", seconds=1).text == (
        "timed out: killed after 1 s (up to seconds=600 are allowed); what it printed until then:\nso far"
    )


def test_run_tests_tells_what_is_new_first_and_shows_wanted_failures_in_full() -> None:
    verification = Verification(
        commit="c",
        changes=(
            TestChange(id="t::a", verdict="fixed", before="failed", after="passed"),
            TestChange(id="t::b", verdict="broken", before="passed", after="failed", message="boom", trace="E   boom"),
        ),
        still_failing=(
            TestResult(id="t::wanted", status="failed", trace="E   assert 1 == 2"),
            TestResult(id="t::other", status="failed"),
        ),
        passed_before=5,
        total_before=8,
        passed_after=5,
        total_after=8,
    )
    desk = MemoryDesk(FILES, verification=verification)
    done = call(desk, "run_tests", helpers=Helpers(wanted=("t::want*",)), tests=["t"])
    assert desk.judged == [(("tests",), ("t",))]
    assert done.red
    assert done.text == (
        "Worse than before (1):\n- t::b: passed before, fails now\n    E   boom\n"
        "Must pass and still fail (1):\n- t::wanted\n    E   assert 1 == 2\n"
        "1 other tests failed before and fail now; not yours to fix.\n"
        "Fixed (1):\n- t::a\n5 of 8 tests pass (baseline: 5 of 8)."
    )


def test_a_folder_of_tests_becomes_its_test_files_and_an_id_stays() -> None:
    desk = MemoryDesk({"test/a.test.js": b"", "test/deep/b.test.js": b"", "test/helper.js": b"", "src/a.js": b""})
    call(desk, "run_tests", tests=["./test/", "src/a.js", "t.py::test_a"])
    assert desk.judged == [(("tests",), ("test/a.test.js", "test/deep/b.test.js", "src/a.js", "t.py::test_a"))]


def test_a_new_test_that_fails_is_told_apart_and_without_the_frames_of_the_runner() -> None:
    frame = (
        '  File "/usr/lib/python3/dist-packages/_pytest/python.py", line 1, in pytest_pyfunc_call\n    result = f()\n'
    )
    trace = (
        f'Traceback (most recent call last):\n{frame}  File "/workspace/t.py", line 3, in test_a\n    assert 0\nE: 0'
    )
    new = TestChange(id="t.py::test_a", verdict="new_fail", before=None, after="failed", trace=trace)
    text = verdict_text(Verification(commit="c", changes=(new,)))
    assert text.startswith("New tests that fail (1):\n- t.py::test_a: new, fails\n    Traceback")
    assert "_pytest" not in text
    assert "result = f()" not in text
    assert "line 3, in test_a" in text


def test_diagnostics_tell_only_what_is_new() -> None:
    assert "nothing new" in call(MemoryDesk(FILES), "diagnostics").text
    found = Verification(commit="c", new_diagnostics=(Diagnostic(path="a.c", line=3, message="oops", source="gcc"),))
    text = call(MemoryDesk(FILES, verification=found), "diagnostics").text
    assert text == "New diagnostics (1):\na.c:3 error: oops [gcc]"


def test_history_is_offered_only_with_its_helper(desk: MemoryDesk) -> None:
    helpers = Helpers(
        git_log=lambda path, count: f"{path} {count}", git_blame=lambda path, start, end: f"{path} {start}-{end}"
    )
    assert call(desk, "git_log", "planning", helpers, path="src").text == "src 10"
    assert call(desk, "git_blame", "planning", helpers, path="src/a.py", start=1, end=2).text == "src/a.py 1-2"
    assert call(desk, "git_log", "planning").bad


def test_finish_and_ask_end_the_work(desk: MemoryDesk) -> None:
    assert call(desk, "finish", summary="done").ended == "finish"
    assert call(desk, "ask", question="may I?").ended == "ask"
    assert call(desk, "finish", "planning", outcome="answer", summary="it is so").ended == "finish"


@pytest.mark.parametrize(
    ("name", "given_arguments", "why"),
    [
        ("nonsense", {}, "There is no tool 'nonsense' now. The tools are: list, read,"),
        ("read", {}, "'path' is a required property"),
        ("read", {"path": 3}, "path: 3 is not of type 'string'"),
        ("read", {"path": "a", "start": 0}, "start: 0 is less than the minimum of 1"),
        ("read", {"path": "a", "mode": "x"}, "'mode' was unexpected"),
        ("edit", {"path": "a", "edits": []}, "edits: "),
        ("edit", {"path": "a", "edits": [{"old": "x"}]}, "edits[0]: 'new' is a required property"),
        ("run", {"command": "a\0b"}, "NUL"),
        ("run", {"command": "x", "seconds": True}, "not of type"),
        ("run", {"command": "x" * 30_000}, "is too long"),
    ],
)
def test_llm_01_a_call_that_does_not_fit_is_told_why_and_not_run(
    desk: MemoryDesk, name: str, given_arguments: Any, why: str
) -> None:
    done = call(desk, name, **given_arguments)
    assert why in done.text
    assert done.bad
    assert len(done.text) < 700
    assert not desk.commands


def test_a_call_with_a_problem_is_not_run(desk: MemoryDesk) -> None:
    done = execute(
        desk, "executing", ToolCall(id="1", name="delete", arguments={"path": "README.md"}, problem="cut short")
    )
    assert done == ToolOutcome(text="delete was not run: cut short", bad=True)
    assert desk.files == FILES


def test_absent_and_null_are_the_same(desk: MemoryDesk) -> None:
    assert not call(desk, "list", path=None, glob=None).bad


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
SAFE = ["list", "read", "edit", "create", "delete", "rename", "undo", "note", "finish"]


@settings(max_examples=150)
@given(
    name=st.sampled_from(SAFE),
    arguments=st.dictionaries(
        st.sampled_from(["path", "edits", "text", "to", "glob", "start"]), JSON | st.sampled_from(["src/a.py", "x"])
    ),
)
def test_llm_02_no_arguments_end_in_an_exception(name: str, arguments: dict[str, Any]) -> None:
    execute(MemoryDesk(FILES), "executing", ToolCall(id="1", name=name, arguments=arguments), Helpers())


def test_the_tools_of_a_phase_are_small() -> None:
    helpers = Helpers(git_log=lambda path, _: path, git_blame=lambda path, _, __: path)
    for phase in ("planning", "executing"):
        assert sum(len(json.dumps(spec.model_dump())) for spec in specs(phase, helpers)) < 5400
