"""RES-09, OUT-02: what of a command's output reaches the model, and that what does not is named."""

import pytest

from patchwright.sandbox.base import ExecResult
from patchwright.tools.output import plain, shown_output
from patchwright.tools.trimming import TRIM_ABOVE, trimmed
from tests.tools.memory_desk import MemoryDesk

LINES = b"".join(b"line %d\n" % number for number in range(9000))


class Keeping(MemoryDesk):
    """Keeps what is written to its /tmp, or has no room there."""

    def __init__(self, full: bool = False) -> None:
        super().__init__({})
        self.full = full
        self.kept = dict[str, bytes]()

    def shell(self, command: str, timeout: float, stdin: bytes = b"") -> ExecResult:
        self.kept[command] = stdin
        return ExecResult(1 if self.full else 0, b"", 0.0)


def shown(output: bytes, desk: MemoryDesk | None = None) -> str:
    return shown_output(desk or Keeping(), ExecResult(0, output, 0.0), 60, 600)


def test_long_output_keeps_head_and_tail_at_line_ends_and_the_whole_in_a_file() -> None:
    desk = Keeping()
    text = shown_output(desk, ExecResult(1, LINES, 1.0, omitted=5), 60, 600)
    assert len(text) < 8_300
    assert text.startswith("exit code 1 (1.0 s)\nline 0\n")
    assert "characters left out …]\nline " in text
    ((command, kept),) = desk.kept.items()
    path = command.removeprefix("cat > ")
    assert f"line 8999\n(output cut; all 9,000 lines are in {path}: grep or sed -n it with run)" in text
    assert text.endswith("(5 bytes were dropped while it ran)")
    assert kept == LINES.strip()


def test_where_the_file_cannot_be_kept_none_is_promised() -> None:
    assert shown(LINES, Keeping(full=True)).endswith("\n(output cut: narrow the command)")


def test_a_limit_that_was_reached_is_named() -> None:
    reached = ExecResult(137, b"", 2.0, limits=("memory",))
    assert shown_output(Keeping(), reached, 60, 600).startswith(
        "exit code 137, killed, ran into the sandbox's limit of memory (2.0 s)\n"
    )


def test_a_few_characters_more_than_the_limit_are_not_cut() -> None:
    text = "\n".join(f"word {number}" for number in range(1000))
    assert 8_000 < len(text) < 10_000
    assert shown(text.encode()) == f"exit code 0 (0.0 s)\n{text}"


def test_colours_and_progress_bars_do_not_reach_the_model() -> None:
    assert plain("\x1b[32mok\x1b[0m\r\n10%\r50%\r100%\n\x1b]0;title\x07\x08") == "ok\n100%\n\\x08"


def test_short_output_is_never_trimmed() -> None:
    text = "tests/test_a.py::test_x PASSED\n" * 100
    assert len(text) < TRIM_ABOVE
    assert trimmed(text) == text


@pytest.mark.parametrize(
    "line",
    [
        "tests/test_a.py::test_{}[x y] PASSED                          [ 12%]",
        "tests/test_{}.py ......................                       [ 12%]",
        "test_{} (tests.test_a.TestA.test_x) ... ok",
        "test parse::tests::number_{} ... ok",
        "    --- PASS: TestParse/number_{} (0.00s)",
        "=== RUN   TestParse/number_{}",
        "  ✓ parses number {} (3 ms)",
        "ok {} - parses a number",
        "[INFO] Tests run: {}, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.05 s -- in a.b.C",
        "Requirement already satisfied: package{} in /usr/lib/python3",
        "[INFO] Downloading from central: https://host/a/{}.pom",
    ],
)
def test_runs_of_lines_that_carry_nothing_are_counted(line: str) -> None:
    run = "\n".join(line.format(number) for number in range(300))
    text = trimmed(f"begin\n{run}\nFAILED tests/test_a.py::test_x - boom\n")
    assert text.startswith(f"begin\n{line.format(0)}\n[299 more lines: ")
    assert text.endswith("]\nFAILED tests/test_a.py::test_x - boom\n")


@pytest.mark.parametrize(
    "line", ["tests/test_a.py ..F...  [ 12%]", "test_x{} ... FAIL", "test_x ... skipped 'no {}'", "ok: {} things", "{}"]
)
def test_lines_that_carry_something_stay(line: str) -> None:
    text = "\n".join(line.replace("{}", str(number)) + " " + str(number) for number in range(1000))
    assert trimmed(text) == text


def test_a_trace_that_stands_above_is_named_by_its_first_line() -> None:
    trace = (
        "Traceback (most recent call last):\n"
        + "".join(f'  File "/x/y{number}.py", line {number}, in call\n    call({number})\n' for number in range(8))
        + "ValueError: <A at 0x{}>"
    )
    text = "\n".join(f"case {number}\n{trace.replace('{}', f'7fa0{number:04}')}" for number in range(40))
    short = trimmed(text)
    assert short.startswith(
        f"case 0\n{trace.replace('{}', '7fa00000')}\ncase 1\n[18 lines that stand above, from: Trac"
    )
    assert short.count("[18 lines that stand above") == 39


def test_equal_lines_are_counted() -> None:
    text = "a\n" + "waiting for the server\n" * 1000 + "b"
    assert trimmed(text) == "a\nwaiting for the server\n[the same line 999 more times]\nb"


def test_res_10_hostile_lines_are_trimmed_in_no_time() -> None:
    for text in ("a::" * 300_000, "x ... " * 100_000, "\n".join("abc" * 30_000), "\n" * 90_000):
        assert trimmed(text)
