"""New diagnostics come back with the edit that caused them, where the checks are quick."""

from patchwright.tools.acts import Helpers
from patchwright.tools.calls import ToolCall, ToolOutcome
from patchwright.tools.checks import Check, CheckKind, CheckResult, Results, Verification
from patchwright.tools.diagnostics import Diagnostic
from patchwright.tools.quick import quick_kinds
from patchwright.tools.toolbox import execute
from tests.tools.memory_desk import MemoryDesk

NEW = Verification(
    commit="c",
    new_diagnostics=(
        Diagnostic(path="a.py", line=1, message="undefined name 'y'", code="F821", source="ruff"),
        Diagnostic(path="b.py", line=3, message="oops", source="ruff"),
    ),
    worse_checks=("mypy",),
)
QUICK = Helpers(quick=("lint", "types"))


def result(kind: CheckKind, seconds: float, problem: str = "") -> CheckResult:
    check = Check(name=kind, kind=kind, command=("true",))
    return CheckResult(check=check, exit_code=0, seconds=seconds, problem=problem)


def kinds(*results: CheckResult) -> tuple[str, ...]:
    return quick_kinds(Results(commit="c", image="i", checks=results))


def edit(desk: MemoryDesk, helpers: Helpers, new: str = "y") -> ToolOutcome:
    arguments = {"path": "a.py", "edits": [{"old": "x", "new": new}]}
    return execute(desk, "executing", ToolCall(id="1", name="edit", arguments=arguments), helpers)


def test_the_measured_time_of_the_baseline_decides_which_checks_follow_an_edit() -> None:
    assert kinds(result("lint", 0.3), result("types", 1.2), result("tests", 0.1)) == ("lint", "types")
    assert kinds(result("lint", 0.3), result("types", 4.0), result("build", 0.1)) == ("lint",)
    assert kinds(result("build", 30.0)) == ()
    assert kinds(result("lint", 0.3, "its report is missing"), result("build", 1.0)) == ("build",)


def test_what_is_new_in_the_edited_file_is_shown_and_the_rest_counted() -> None:
    desk = MemoryDesk({"a.py": b"x\n"}, verification=NEW)
    assert edit(desk, QUICK).text == (
        "a.py: 1 edit made.\nNew diagnostics (1):\na.py:1 error: undefined name 'y' [F821, ruff]\n"
        "New diagnostics in other files: 1; see `diagnostics`.\n"
        "The check mypy ends worse than on the base; see `diagnostics`."
    )
    assert desk.judged == [(("lint", "types"), ())]


def test_nothing_is_judged_where_nothing_was_edited_or_no_check_is_quick() -> None:
    desk = MemoryDesk({"a.py": b"x\n"}, verification=NEW)
    assert edit(desk, Helpers()).text == "a.py: 1 edit made."
    assert edit(desk, QUICK, new="y").refused
    assert edit(MemoryDesk({"a.py": b"x\n"}), QUICK).text == "a.py: 1 edit made."
    assert desk.judged == []
