"""Every part's own status, whatever comes after it (OUT-03)."""

import subprocess

import pytest

from patchwright.tools.shell import honest


def ran(command: str) -> tuple[int, str]:
    done = subprocess.run(
        ["/bin/sh", "-c", honest(command)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("command", "code", "output"),
    [
        ("echo hello; exit 3", 3, "hello\n"),
        ("grep nothing /dev/null", 1, ""),
        ("(exit 3) | tail -5", 3, ""),
        ("(echo x; exit 3) | tail -5; echo done", 0, "x\ndone\n\n[exit code 3|0: … | tail -5]"),
        ("false\ngrep nothing /dev/null", 1, "\n[exit code 1: false]"),
        (
            "(exit 4); true | (exit 2) | cat; ls / >/dev/null",
            0,
            "\n[exit code 4: ( exit 4 )]\n[exit code 0|2|0: … | cat]",
        ),
        ("set -e; false; echo no", 1, ""),
        ("false || true; if false; then :; fi; ! true", 1, ""),
        ("cat <<X\nhi\nX\nsh <<X\nexit 7\nX\necho ok", 0, "hi\nok\n\n[exit code 7: sh <<X]"),
        ("echo \"$BASH_ENV\"; bash -c 'false; echo sub'", 0, "\nsub\n"),
    ],
)
def test_each_failed_part_is_told_unless_its_status_is_the_commands_own(command: str, code: int, output: str) -> None:
    assert ran(command) == (code, output)


def test_many_failures_are_told_in_few_lines() -> None:
    code, output = ran("for i in $(seq 100); do false; done; echo " + "x" * 500 + " | grep y; echo end")
    assert (code, output.count("[exit code")) == (0, 10)
    assert len(ran("false " + "x" * 500 + "; echo end")[1]) < 200


def test_lines_of_errors_are_those_of_the_command() -> None:
    assert "line 2: nope: command not found" in ran("true\nnope\n")[1]
    assert "line 1: `if ; then'" in ran("if ; then")[1]
