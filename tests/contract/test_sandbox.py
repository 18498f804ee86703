"""What every implementation of `Sandboxes` keeps, whatever runs underneath."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from patchwright.sandbox.base import Sandbox, Sandboxes, Spec
from patchwright.sandbox.errors import FileRefused, SandboxDied, TreeTooLarge
from patchwright.sandbox.files import (
    changed_paths,
    collect,
    read_file,
    read_globs,
    remove_file,
    take_manifest,
    write_file,
)
from patchwright.sandbox.layers import Way
from patchwright.sandbox.local import LocalSandboxes
from tests.sandbox.places import RUN, SMALL, Link, MadeTree, Script, docker_sandboxes, spec

ODD = "odd\udcff\n 'name\".txt"
TREE = MadeTree(
    {
        "a/b.txt": b"hi\r\n",
        "run.sh": Script(b"#!/bin/sh\necho ran\n"),
        "link": Link("a/b.txt"),
        "out": Link("/etc/passwd"),
        "module": None,
        ODD: b"odd",
        "-dash": b"dash",
    }
)


KINDS = ["local", *(pytest.param(kind, marks=pytest.mark.docker) for kind in ("docker", "docker, layered"))]


@pytest.fixture(scope="module", params=KINDS)
def sandboxes(request: pytest.FixtureRequest) -> Sandboxes:
    ways: dict[str, Way] = {"docker": "copy", "docker, layered": "layer"}
    return docker_sandboxes(ways[request.param]) if request.param in ways else LocalSandboxes()


@pytest.fixture(scope="module")
def plain(sandboxes: Sandboxes) -> Spec:
    if isinstance(sandboxes, LocalSandboxes):
        return Spec("none", RUN, "executing", limits=SMALL, env={"GIVEN": "yes"})
    return spec(env={"GIVEN": "yes"})


@pytest.fixture(scope="module")
def sandbox(sandboxes: Sandboxes, plain: Spec) -> Iterator[Sandbox]:
    with sandboxes.open(plain, TREE) as opened:
        yield opened


def sh(sandbox: Sandbox, script: str, timeout: float = 20.0) -> str:
    result = sandbox.run(["sh", "-c", script], timeout=timeout)
    assert result.ok, result
    return result.text


def test_the_tree_arrives_with_links_modes_and_odd_names(sandbox: Sandbox) -> None:
    listing = sandbox.run(["find", ".", "-printf", "%y %m %P %l\\0"], timeout=5).output.split(b"\0")
    assert set(listing[1:-1]) >= {
        b"f 644 a/b.txt ",
        b"f 755 run.sh ",
        b"l 777 link a/b.txt",
        b"l 777 out /etc/passwd",
        b"d 755 module ",
        b"f 644 " + ODD.encode("utf-8", "surrogateescape") + b" ",
        b"f 644 -dash ",
    }
    assert sandbox.run(["cat", ODD], timeout=5).output == b"odd"


def test_a_failing_command_is_data(sandbox: Sandbox) -> None:
    result = sandbox.run(["sh", "-c", "echo out; echo err >&2; exit 7"], timeout=5)
    assert (result.exit_code, result.output, result.ok) == (7, b"out\nerr\n", False)


def test_stdout_can_be_had_alone(sandbox: Sandbox) -> None:
    assert sandbox.run(["sh", "-c", "echo out; echo err >&2"], timeout=5, merge=False).output == b"out\n"


def test_death_by_a_signal_is_128_and_its_number(sandbox: Sandbox) -> None:
    assert sandbox.run(["sh", "-c", "kill -SEGV $$"], timeout=5).exit_code == 139


@pytest.mark.parametrize(("argv", "code"), [(["no-such-program"], 127), (["./a/b.txt"], 126), (["./a"], 126)])
def test_what_cannot_be_started_says_so(sandbox: Sandbox, argv: list[str], code: int) -> None:
    result = sandbox.run(argv, timeout=5)
    assert result.exit_code == code
    assert result.output


def test_a_folder_that_does_not_exist_is_a_failing_command(sandbox: Sandbox) -> None:
    assert sandbox.run(["true"], timeout=5, cwd="nowhere").exit_code == 127


def test_a_shell_string_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="never a shell string"):
        sandbox.run("true", timeout=5)


def test_commands_run_in_the_folder_and_environment_that_were_asked_for(sandbox: Sandbox) -> None:
    os.environ["PATCHWRIGHT_SECRET"] = "hunter2"
    result = sandbox.run(["sh", "-c", "pwd; env"], timeout=5, cwd="a", env={"MORE": "x y"})
    del os.environ["PATCHWRIGHT_SECRET"]
    lines = result.text.splitlines()
    assert lines[0].endswith("/workspace/a")
    assert {"GIVEN=yes", "MORE=x y"} < set(lines)
    assert "hunter2" not in result.text, "SEC-03"


def test_stdin_is_empty_unless_given(sandbox: Sandbox) -> None:
    assert sandbox.run(["cat"], timeout=5).output == b"", "RES-05"
    assert sandbox.run(["cat"], timeout=5, stdin=b"abc").output == b"abc"


def test_much_stdin_is_streamed_and_may_stay_unread(sandbox: Sandbox) -> None:
    chunks = [bytes(70_000)] * 300
    assert sandbox.run(["wc", "-c"], timeout=20, stdin=iter(chunks)).text.strip() == "21000000"
    assert sandbox.run(["true"], timeout=20, stdin=iter(chunks)).ok
    assert sandbox.run(["echo", "next"], timeout=5).text == "next\n"


def test_output_is_kept_at_both_ends_and_counted_in_the_middle(sandbox: Sandbox) -> None:
    result = sandbox.run(["sh", "-c", "seq 1000000"], timeout=20, cap=1000)
    whole = "".join(f"{number}\n" for number in range(1, 1_000_001)).encode()
    assert (result.output, result.omitted) == (whole[:500] + whole[-500:], len(whole) - 1000), "RES-07"


def test_output_streams_while_the_command_runs(sandbox: Sandbox) -> None:
    came: list[tuple[float, bytes]] = []
    start = time.monotonic()
    sandbox.run(
        ["sh", "-c", "echo one; sleep 0.6; echo two"],
        timeout=5,
        on_output=lambda data: came.append((time.monotonic() - start, data)),
    )
    assert [data for _, data in came] == [b"one\n", b"two\n"]
    assert came[0][0] < 0.5 < came[1][0]


def test_the_deadline_ends_what_ignores_every_other_signal(sandbox: Sandbox) -> None:
    script = "trap '' HUP INT QUIT TERM; echo here; while :; do sleep 5; done"
    result = sandbox.run(["sh", "-c", script], timeout=0.4)
    assert (result.exit_code, result.timed_out, result.output) == (137, True, b"here\n"), "RES-05"
    assert 0.3 < result.seconds < 3


def test_nothing_outlives_its_command(sandbox: Sandbox) -> None:
    """RES-06: neither a background job, nor its own session, nor a double fork."""
    mark = f"7{os.getpid()}"
    sh(sandbox, f"sleep {mark} & setsid sleep {mark} & (setsid sh -c 'sleep {mark} & sleep {mark}' &) ; sleep 0.1")
    found = sh(sandbox, "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' || true")
    assert f"sleep {mark}" not in found


def test_orphans_are_reaped_while_the_command_runs(sandbox: Sandbox) -> None:
    script = "for i in 1 2 3 4 5; do (sleep 0 &); done; sleep 0.3; cat /proc/[0-9]*/stat 2>/dev/null | grep -c '(sleep) Z' || true"
    assert sh(sandbox, script).strip() == "0"


def test_close_from_another_thread_interrupts_a_command(sandboxes: Sandboxes, plain: Spec) -> None:
    with sandboxes.open(plain, TREE) as sandbox:
        threading.Timer(0.3, sandbox.close).start()
        start = time.monotonic()
        with pytest.raises(SandboxDied):
            sandbox.run(["sleep", "60"], timeout=60)
        assert time.monotonic() - start < 5
        sandbox.close()
        with pytest.raises(SandboxDied, match="Open a fresh one"):
            sandbox.run(["true"], timeout=5)


def test_a_command_dies_with_its_sandbox(sandboxes: Sandboxes, plain: Spec) -> None:
    mark = f"8{os.getpid()}"
    with sandboxes.open(plain, TREE) as sandbox:
        threading.Timer(0.3, sandbox.close).start()
        with pytest.raises(SandboxDied):
            sandbox.run(["sh", "-c", f"setsid sleep {mark} & sleep {mark}"], timeout=60)
    until = time.monotonic() + 5
    while running(f"sleep\0{mark}") and time.monotonic() < until:
        time.sleep(0.05)
    assert not running(f"sleep\0{mark}")


def running(command: str) -> bool:
    """Whether the host knows a process with this command line; it sees those of containers too."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if command.encode() in path.read_bytes():
                return True
    return False


def test_an_error_of_the_listener_ends_the_sandbox_and_is_raised(sandboxes: Sandboxes, plain: Spec) -> None:
    def broken(data: bytes) -> None:
        raise KeyboardInterrupt

    with sandboxes.open(plain, TREE) as sandbox:
        with pytest.raises(KeyboardInterrupt):
            sandbox.run(["echo", "x"], timeout=5, on_output=broken)
        with pytest.raises(SandboxDied):
            sandbox.run(["true"], timeout=5)


def test_a_sandbox_ends_by_itself_after_its_longest_time_also_in_a_command(sandboxes: Sandboxes, plain: Spec) -> None:
    """SB-11"""
    short = Spec(plain.image, RUN, "executing", limits=replace(plain.limits, seconds=1.5))
    with sandboxes.open(short, TREE) as sandbox:
        start = time.monotonic()
        with pytest.raises(SandboxDied):
            sandbox.run(["sleep", "60"], timeout=60)
        assert time.monotonic() - start < 6


def test_a_tree_larger_than_the_workspace_is_refused_by_name_or_lies_below_it(
    sandboxes: Sandboxes, plain: Spec
) -> None:
    """RES-08, SB-02"""
    small = Spec(plain.image, RUN, "executing", limits=replace(plain.limits, workspace_mb=1))
    layered = sandboxes is docker_sandboxes("layer")
    refused = pytest.raises(TreeTooLarge, match="1 MB")
    with (
        contextlib.nullcontext() if layered else refused,
        sandboxes.open(small, MadeTree({"big": bytes(2 << 20)})) as one,
    ):
        assert one.run(["wc", "-c", "big"], timeout=5).output == b"2097152 big\n"


def test_what_a_planning_sandbox_writes_outlives_nothing(sandboxes: Sandboxes, plain: Spec) -> None:
    """APR-01"""
    frozen = Spec(plain.image, RUN, "planning", read_only=True, limits=plain.limits)
    for _ in range(2):
        with sandboxes.open(frozen, TREE) as sandbox:
            assert sandbox.run(["cat", "a/b.txt"], timeout=5).output == b"hi\r\n"
            assert not sandbox.run(["test", "-e", "planted"], timeout=5).ok
            sandbox.run(["touch", "planted"], timeout=5)


class TestFiles:
    def test_write_makes_folders_modes_and_odd_names(self, sandbox: Sandbox) -> None:
        write_file(sandbox, "new/-deep/" + ODD, b"\0data\xff", executable=True)
        assert read_file(sandbox, "new/-deep/" + ODD, 100) == b"\0data\xff"
        write_file(sandbox, "new/-deep/" + ODD, b"again")
        assert collect(sandbox, ["new/-deep/" + ODD], 1 << 16).popitem()[1].executable is False
        remove_file(sandbox, "new/-deep/" + ODD)
        assert not sandbox.run(["test", "-e", "new"], timeout=5).ok, "empty folders go like in git"

    def test_writing_never_goes_through_a_link(self, sandbox: Sandbox) -> None:
        """FS-03"""
        sh(
            sandbox,
            "mkdir -p real target; ln -sfn ../target real/sub; ln -sfn target/file real-link; echo old > target/file",
        )
        for path in ("real/sub/file", "real/sub/new"):
            with pytest.raises(FileRefused, match="through a link"):
                write_file(sandbox, path, b"new")
            with pytest.raises(FileRefused, match="through a link"):
                remove_file(sandbox, path)
            with pytest.raises(FileRefused, match="through a link"):
                read_file(sandbox, path, 100)
        write_file(sandbox, "real-link", b"new")
        assert sh(sandbox, "cat target/file; test ! -L real-link && cat real-link") == "old\nnew"
        assert sh(sandbox, "ls target") == "file\n"

    def test_a_folder_or_file_in_the_way_is_refused(self, sandbox: Sandbox) -> None:
        for path in ("module", "a/b.txt/c"):
            with pytest.raises(FileRefused, match="Cannot write"):
                write_file(sandbox, path, b"x")
        assert read_file(sandbox, "a/b.txt", 100) == b"hi\r\n"

    @pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../b", "a//b", ".", "a\0b"])
    def test_a_path_out_of_the_workspace_is_refused(self, sandbox: Sandbox, path: str) -> None:
        with pytest.raises(FileRefused, match="no path inside"):
            write_file(sandbox, path, b"x")

    def test_reading_is_for_regular_files_within_a_cap(self, sandbox: Sandbox) -> None:
        sh(sandbox, "mkfifo -m 666 pipe; head -c 5000 /dev/zero > long")
        with pytest.raises(FileNotFoundError):
            read_file(sandbox, "not/there", 10)
        for path, why in (("out", "link"), ("pipe", "regular"), ("module", "regular"), ("long", "4,999 bytes")):
            with pytest.raises(FileRefused, match=why):
                read_file(sandbox, path, 4999)
        assert len(read_file(sandbox, "long", 5000)) == 5000

    def test_reports_are_collected_by_pattern_and_only_regular_files(self, sandbox: Sandbox) -> None:
        sh(
            sandbox,
            "mkdir -p r/x/y; echo 1 > r/a.xml; echo 2 > r/x/b.xml; echo 3 > r/x/y/c.xml; ln -s /etc/passwd r/l.xml; mkfifo r/p.xml; ln r/a.xml r/h.xml; echo z > 'r/[z].xml'",
        )
        assert read_globs(sandbox, ["r/*.xml"], 1 << 16) == {"r/a.xml": b"1\n", "r/h.xml": b"1\n", "r/[z].xml": b"z\n"}
        assert set(read_globs(sandbox, ["**/c.xml", "r/*/b.xml", "**/nope"], 1 << 16)) == {"r/x/b.xml", "r/x/y/c.xml"}
        assert read_globs(sandbox, ["r/[z].xml"], 1 << 16) == {"r/[z].xml": b"z\n"}
        assert read_globs(sandbox, ["none/*"], 1 << 16) == {}
        with pytest.raises(FileRefused, match="bytes together"):
            read_globs(sandbox, ["r/**"], 600)

    def test_what_commands_change_is_listed(self, sandbox: Sandbox) -> None:
        sh(sandbox, "mkdir m; for n in same mode kept gone; do echo 1 > m/$n; done")
        before = take_manifest(sandbox)
        assert changed_paths(sandbox, before) == []
        sh(
            sandbox,
            "echo 2 > m/same; touch -r m/kept m/same; chmod +x m/mode; rm m/gone; ln -s x m/new; cat m/kept; mkdir m/empty",
        )
        assert changed_paths(sandbox, before) == ["m/gone", "m/mode", "m/new", "m/same"]
        found = collect(sandbox, ["m/mode", "m/new", "m/same"], 1 << 16)
        assert (found["m/mode"].executable, found["m/new"].link, found["m/new"].data) == (True, True, b"x")
        assert found["m/same"].data == b"2\n"
