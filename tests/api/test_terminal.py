"""In a real terminal (a pty): the question at the gate, and what is never asked without one."""

import json
import os
import pty
import select
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.api.conftest import COMMAND, Run
from tests.api.prepared import open_store

HERE = ("--sandbox", "local", "--no-model")


class Terminal:
    """A process whose three streams are one terminal."""

    def __init__(self, arguments: tuple[str, ...], **env: str) -> None:
        self.ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24", **env}
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        os.close(theirs)
        self.seen = ""

    def until(self, words: str, seconds: float = 60) -> None:
        """Read until the words have come."""
        deadline = time.monotonic() + seconds
        while words not in self.seen:
            assert time.monotonic() < deadline, f"{words!r} did not come in:\n{self.seen}"
            if not self._read():
                raise AssertionError(f"{words!r} did not come before the end:\n{self.seen}")

    def answer(self, line: str) -> None:
        self.seen = ""
        os.write(self.ours, f"{line}\n".encode())

    def end(self) -> int:
        while self._read():
            pass
        return self.process.wait(60)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.ours], [], [], 1)
        try:
            data = os.read(self.ours, 65536) if ready else None
        except OSError:  # the other side is closed
            return False
        self.seen += data.decode("utf-8", "replace") if data else ""
        return data != b""


@contextmanager
def terminal(*arguments: str, **env: str) -> Generator[Terminal]:
    opened = Terminal(arguments, **env)
    try:
        yield opened
    finally:
        opened.process.kill()
        opened.process.wait()
        os.close(opened.ours)


def test_the_plan_is_shown_and_asked_about_until_the_answer_is_clear(state: Path, repository: Path) -> None:
    with terminal("run", str(repository), "Make it work", *HERE) as screen:
        screen.until("> ")
        assert "python.collections-abc" in screen.seen
        screen.answer("perhaps")
        screen.until("none of the choices")
        screen.until("> ")
        screen.answer("q")
        assert screen.end() == 3
        assert "patchwright approve" in screen.seen
    assert open_store(state).approvals(open_store(state).runs()[0].id) == []


def test_an_approval_in_the_terminal_executes_with_progress(state: Path, repository: Path) -> None:
    with terminal("run", str(repository), "Make it work", *HERE) as screen:
        screen.until("> ")
        screen.answer("a as it is")
        assert screen.end() in (0, 1)
        assert "step 1/1" in screen.seen
        assert "approved by tester@" in " ".join(screen.seen.split())
    (approval,) = open_store(state).approvals(open_store(state).runs()[0].id)
    assert approval.notes == "as it is"


def test_an_edit_at_the_question_shows_the_new_revision(state: Path, repository: Path) -> None:
    editor = "sed -i 's/^title = \"Take/title = \"Import/'"
    with terminal("run", str(repository), "Make it work", *HERE, EDITOR=editor) as screen:
        screen.until("> ")
        screen.answer("e")
        screen.until("Approve revision 2")
        assert "Import abstract base classes" in screen.seen
        screen.until("> ")
        screen.answer("q")
        assert screen.end() == 3


def test_what_was_typed_before_the_plan_was_there_answers_nothing(state: Path, repository: Path) -> None:
    with terminal("run", str(repository), "Make it work", *HERE) as screen:
        os.write(screen.ours, b"a\na\na\n")
        screen.until("> ")
        time.sleep(0.5)
        assert screen.process.poll() is None
        screen.answer("q")
        assert screen.end() == 3


def test_ctrl_c_at_the_question_leaves_the_run_waiting(state: Path, repository: Path) -> None:
    with terminal("run", str(repository), "Make it work", *HERE) as screen:
        screen.until("> ")
        os.killpg(screen.process.pid, 2)
        assert screen.end() == 3
    assert open_store(state).runs()[0].status == "awaiting_approval"


def test_no_color_is_obeyed(state: Path, repository: Path) -> None:
    with terminal("plan", str(repository), "Make it work", *HERE, NO_COLOR="1") as screen:
        screen.end()
        assert "\x1b[36m" not in screen.seen
        assert "\x1b[32m" not in screen.seen


def test_without_a_terminal_nothing_is_asked(door: Run, repository: Path) -> None:
    done = door("run", str(repository), "Make it work", *HERE, input=b"a\na\n")
    assert done.returncode == 3
    assert b"patchwright approve" in done.stdout
    assert b"\x1b" not in done.stdout + done.stderr


def test_a_plan_as_json_is_one_object_and_progress_goes_elsewhere(door: Run, state: Path, repository: Path) -> None:
    done = door("plan", str(repository), "Make it work", *HERE, "--json")
    assert done.returncode == 3
    shown = json.loads(done.stdout)
    assert (shown["status"], shown["plan"]["revision"], shown["verdict"]) == ("awaiting_approval", 1, "none")
    assert b"baseline" in done.stderr


def test_a_rejected_plan_ends_the_run_and_a_revision_goes_back_to_planning(
    door: Run, state: Path, repository: Path
) -> None:
    assert door("plan", str(repository), "@issue.txt", *HERE, cwd=repository).returncode == 2
    (repository / "issue.txt").write_text("Make it work")
    assert door("plan", str(repository), "@issue.txt", *HERE, "--include-dirty", cwd=repository).returncode == 3
    revised = door("revise", "last", "keep Python 2")
    assert revised.returncode == 3, revised.stderr
    assert b"revision 2" in revised.stdout
    assert b"keep Python 2" in revised.stdout
    assert door("reject", "last").returncode == 0
    assert open_store(state).runs()[0].status == "rejected"
    assert door("resume", "last").returncode == 1


def test_yes_approves_in_the_name_of_a_human_and_says_so(door: Run, state: Path, repository: Path) -> None:
    done = door("run", str(repository), "-", *HERE, "--yes", "--by", "alice", "--json", input=b"Make it work")
    assert done.returncode in (0, 1)
    (approval,) = json.loads(done.stdout)["approvals"]
    assert approval["by"].startswith("alice@")
    assert approval["by"].endswith("(terminal, --yes)")


def test_a_folder_without_a_repository_is_a_usage_error(door: Run, tmp_path: Path) -> None:
    done = door("plan", str(tmp_path), "Fix it", *HERE)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) <= 3


def test_an_empty_issue_is_a_usage_error(door: Run, repository: Path) -> None:
    done = door("plan", str(repository), " \n ", *HERE)
    assert done.returncode == 2
    assert b"issue is empty" in done.stderr
