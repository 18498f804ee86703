"""What hostile code in a real container can and cannot do."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from patchwright.sandbox.base import Sandbox
from patchwright.sandbox.container import Mount
from patchwright.sandbox.docker import DockerSandboxes
from patchwright.sandbox.errors import EngineUnavailable, ImageMissing, SandboxDied, SelfCheckFailed, TreeTooLarge
from patchwright.sandbox.files import take_manifest
from patchwright.sandbox.volumes import marker_name, tree_volume, volume_labels
from tests.sandbox.engine_proxy import EngineProxy
from tests.sandbox.places import INSTANCE, SMALL, MadeTree, docker_sandboxes, image, spec

pytestmark = pytest.mark.docker
TREE = MadeTree({"a.txt": b"a"})


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with docker_sandboxes().open(spec(), TREE) as opened:
        yield opened


@pytest.fixture
def client() -> Any:
    return docker_sandboxes().client()


def sh(sandbox: Sandbox, script: str, timeout: float = 30.0) -> str:
    return sandbox.run(["sh", "-c", script], timeout=timeout).text


def python(sandbox: Sandbox, script: str, timeout: float = 30.0) -> str:
    return sandbox.run(["python3", "-I", "-S", "-c", textwrap.dedent(script)], timeout=timeout).text


def ours(client: Any) -> list[Any]:
    found: list[Any] = client.containers(all=True, filters={"label": f"patchwright.instance={INSTANCE}"})
    return found


def gone_within(seconds: float, client: Any, name: str) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not client.containers(all=True, filters={"name": name}):
            return True
        time.sleep(0.05)
    return False


def test_commands_have_the_fixed_user_no_capability_and_a_seccomp_filter(sandbox: Sandbox) -> None:
    """SB-03, SB-05, SB-07"""
    status = sh(sandbox, "cat /proc/self/status")
    for line in ("Uid:\t65532\t65532\t65532\t65532", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"):
        assert line in status


def test_there_is_no_network(sandbox: Sandbox) -> None:
    """SB-06"""
    assert "unreachable" in python(
        sandbox,
        """
        import socket
        try: socket.create_connection(("192.0.2.1", 80), 3)
        except OSError as error: print(error)
        """,
    )


def test_only_the_listed_places_can_be_written(sandbox: Sandbox) -> None:
    """SB-04"""
    script = "for d in / /etc /root /var/tmp /home /opt /dev /proc /sys /run /usr/bin /workspace /tmp /dev/shm; do touch $d/x 2>/dev/null && echo $d; done"
    assert sh(sandbox, script).split() == ["/workspace", "/tmp", "/dev/shm"]
    sh(sandbox, "rm -f /workspace/x /tmp/x /dev/shm/x")


def test_a_fork_bomb_meets_the_process_limit_and_the_next_command_works(sandbox: Sandbox) -> None:
    """RES-01, RES-06"""
    result = sandbox.run(["sh", "-c", ":(){ :|:& }; : ; :; sleep 9"], timeout=2)
    assert not result.ok
    result = sandbox.run(["python3", "-c", "import os\nwhile 1:\n try: os.fork()\n except OSError: pass"], timeout=1)
    assert result.timed_out
    assert result.limits == ("processes",)
    assert sandbox.run(["true"], timeout=9).limits == ()
    assert sh(sandbox, "ls /proc | grep -c '^[0-9]'") < "6"


def test_a_memory_hog_dies_and_the_next_command_works(sandbox: Sandbox) -> None:
    """RES-02"""
    result = sandbox.run(["python3", "-c", "x = bytes(range(256)) * (8 << 20)"], timeout=30)
    assert (result.exit_code, result.limits) == (137, ("memory",))
    assert sh(sandbox, "echo alive") == "alive\n"


def test_full_disks_leave_memory_for_the_next_command(sandbox: Sandbox) -> None:
    """RES-02, RES-03"""
    fill = "for d in /workspace /tmp /dev/shm; do head -c 600000000 /dev/zero > $d/full; done; ls -s /workspace/full"
    assert "No space left" in sh(sandbox, fill)
    assert sandbox.run(["python3", "-c", "print(len(bytes(40 << 20)))"], timeout=20).ok
    inodes = (
        "mkdir /tmp/many; cd /tmp/many; i=0; while [ $i -lt 600 ] && true > $i; do i=$((i+1)); done 2>&1; ls | wc -l"
    )
    assert int(sh(sandbox, inodes).split()[-1]) < 500
    assert sandbox.run(["sh", "-c", "rm -rf /workspace/full /tmp/full /tmp/many /dev/shm/full"], timeout=20).ok


def test_a_giant_sparse_file_is_refused(sandbox: Sandbox) -> None:
    """RES-03"""
    assert "File size limit exceeded" in sh(sandbox, "truncate -s 10G sparse 2>&1")


def test_a_tree_with_a_file_over_the_limit_is_refused_by_name() -> None:
    """RES-08"""
    small = spec(limits=replace(SMALL, file_mb=1))
    with (
        pytest.raises(TreeTooLarge, match="more than the 1 MB"),
        docker_sandboxes().open(small, MadeTree({"big": bytes(2 << 20)})),
    ):
        pass


def test_a_copied_tree_with_too_many_entries_is_refused_by_name() -> None:
    """RES-08"""
    small = spec(limits=replace(SMALL, workspace_inodes=50))
    tree = MadeTree({f"f{number}": b"" for number in range(80)})
    with pytest.raises(TreeTooLarge, match="50 entries"), docker_sandboxes("copy").open(small, tree):
        pass


def test_shared_memory_dies_with_its_command(sandbox: Sandbox) -> None:
    """RES-06: System V segments would otherwise stay and count as memory."""
    script = """
        import ctypes
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        key = libc.shmget(0, 50 << 20, 0o1600)
        ctypes.memset(libc.shmat(key, None, 0), 1, 50 << 20)
        print(open("/proc/sysvipc/shm").read().count(chr(10)))
        """
    assert python(sandbox, script) == "2\n"
    assert sh(sandbox, "wc -l < /proc/sysvipc/shm").strip() == "1"


def test_a_hundred_megabytes_of_output_cost_no_memory_here(sandbox: Sandbox) -> None:
    """RES-07"""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = sandbox.run(["head", "-c", "100000000", "/dev/zero"], timeout=30)
    assert len(result.output) + result.omitted == 100_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16_000, "kilobytes"


def test_no_signal_of_the_sandbox_user_ends_or_disturbs_pid_1(sandbox: Sandbox) -> None:
    """SB-11"""
    python(
        sandbox,
        """
        import os, signal
        for number in signal.valid_signals():
            for _ in range(20): os.kill(1, number)
        """,
    )
    assert sh(sandbox, "echo alive") == "alive\n"
    sandbox.run(["sh", "-c", "sleep 5 & kill -9 -1"], timeout=5)
    assert sh(sandbox, "echo alive") == "alive\n"


def test_pid_1_shows_neither_its_descriptors_nor_its_memory(sandbox: Sandbox) -> None:
    """So that a command cannot forge its own result."""
    for path in ("fd/1", "fd/0", "mem", "environ", "maps", "cwd"):
        assert not sandbox.run(["sh", "-c", f"cat /proc/1/{path} || exec 3<>/proc/1/{path}"], timeout=5).ok
    forged = python(
        sandbox, "import os\nfor fd in range(3, 256):\n try: os.fstat(fd); print(fd)\n except OSError: pass"
    )
    assert forged == "", "no descriptor of the supervisor is inherited"
    attach = "import ctypes; print(ctypes.CDLL(None).ptrace(16, 1, 0, 0))"
    assert python(sandbox, attach) == "-1\n"


def test_a_command_cannot_speak_for_the_supervisor(sandbox: Sandbox) -> None:
    frame = "x\\000\\000\\000\\002{}"
    result = sandbox.run(
        ["sh", "-c", f"printf '{frame}'; printf '\\001\\000\\000\\000\\000\\000\\000\\002{frame}'; exit 3"], timeout=5
    )
    assert (result.exit_code, len(result.output)) == (3, 22)


def test_the_container_is_gone_when_the_context_ends_and_no_log_is_kept(client: Any) -> None:
    with docker_sandboxes().open(spec(), TREE) as opened:
        found = client.inspect_container(opened.name)
        assert found["HostConfig"]["LogConfig"]["Type"] == "none"
        assert found["Config"]["Labels"] == {
            "patchwright.instance": INSTANCE,
            "patchwright.run": "0123456789abcdef",
            "patchwright.phase": "executing",
        } | {
            key: value
            for key, value in found["Config"]["Labels"].items()
            if not key.startswith("patchwright.") or key.startswith("patchwright.image")
        }
    assert gone_within(5, client, opened.name)


def test_no_secret_of_ours_is_in_the_container(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC-01"""
    for name in ("OPENAI_API_KEY", "HTTPS_PROXY", "GITHUB_TOKEN"):
        monkeypatch.setenv(name, "sk-hunter2")
    with docker_sandboxes().open(spec(), TREE) as opened:
        assert "hunter2" not in str(client.inspect_container(opened.name)) + sh(opened, "env")


def test_a_client_that_dies_takes_its_container_with_it(client: Any) -> None:
    """SB-11, REL-03: also in the middle of a command."""
    script = """
        from tests.sandbox.places import *
        with docker_sandboxes().open(spec(), MadeTree({"a": b"a"})) as sandbox:
            print(sandbox.name, flush=True)
            sandbox.run(["sleep", "100"], timeout=100)
        """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert gone_within(5, client, name)


def test_a_killed_container_is_a_dead_sandbox(client: Any) -> None:
    with docker_sandboxes().open(spec(), TREE) as opened:
        threading.Timer(0.3, client.kill, [opened.name]).start()
        with pytest.raises(SandboxDied, match="Open a fresh one"):
            opened.run(["sleep", "30"], timeout=30)


def test_an_engine_that_goes_away_in_the_middle_is_said_clearly() -> None:
    """Docker stopped in the middle (REL-06)."""
    with EngineProxy() as proxy:
        sandboxes = DockerSandboxes(INSTANCE, host=proxy.address)
        with sandboxes.open(spec(), TREE) as opened:
            threading.Timer(0.3, proxy.stop).start()
            with pytest.raises(SandboxDied, match="engine stopped"):
                opened.run(["sleep", "30"], timeout=30)
        with pytest.raises(EngineUnavailable, match="Install or start Docker"), sandboxes.open(spec(), TREE):
            pass


def test_a_stuck_engine_is_given_up_at_our_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """REL-06"""
    with EngineProxy() as proxy, DockerSandboxes(INSTANCE, host=proxy.address).open(spec(), TREE) as opened:
        monkeypatch.setattr("patchwright.sandbox.wire.GRACE", 0.5)
        monkeypatch.setattr("patchwright.sandbox.docker.END_SECONDS", 0.5)
        proxy.freeze()
        start = time.monotonic()
        with pytest.raises(SandboxDied, match="does not answer"):
            opened.run(["true"], timeout=0.5)
        assert time.monotonic() - start < 12, "sooner than by the deadlines that this test shortens"


def test_no_engine_at_all_says_what_to_do() -> None:
    with pytest.raises(EngineUnavailable, match="Install or start Docker, or set DOCKER_HOST"):
        DockerSandboxes(INSTANCE, host="unix:///nonexistent.sock").client()


def test_a_missing_image_is_named() -> None:
    with (
        pytest.raises(ImageMissing, match="no-such-image"),
        docker_sandboxes().open(replace(spec(), image="no-such-image:1"), TREE),
    ):
        pass


def test_tmpfs_that_could_eat_all_memory_are_refused() -> None:
    """RES-02"""
    greedy = spec(limits=replace(SMALL, workspace_mb=400))
    with pytest.raises(SelfCheckFailed, match="at least 624 MB"), docker_sandboxes().open(greedy, TREE):
        pass


def test_a_failed_self_check_leaves_no_container_and_copies_nothing(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SB-13"""
    monkeypatch.setattr("patchwright.sandbox.selfcheck.USER", 12345)
    with (
        pytest.raises(SelfCheckFailed, match="Nothing was copied in"),
        docker_sandboxes().open(replace(spec(), run_id="failing"), TREE),
    ):
        pass
    assert gone_within(5, client, "patchwright-failing")


@pytest.fixture
def image_without_python(client: Any) -> Iterator[str]:
    name = f"{INSTANCE}-nopython"
    client.import_image_from_data(bytes(10240), repository=name, tag="1")
    yield f"{name}:1"
    client.remove_image(f"{name}:1")


def test_an_image_that_cannot_run_the_supervisor_is_an_error_of_the_image(image_without_python: str) -> None:
    bad = replace(spec(), image=image_without_python)
    with pytest.raises(ImageMissing, match="no python3"), docker_sandboxes().open(bad, TREE):
        pass


class TestFrozenTrees:
    def test_the_tree_is_read_only_and_shared_by_later_sandboxes(self, client: Any) -> None:
        """APR-01"""
        tree = replace(TREE, key=f"{INSTANCE} frozen/1")
        for _ in range(2):
            with docker_sandboxes().open(spec(read_only=True), tree) as opened:
                assert "Read-only" in sh(opened, "cat a.txt; touch a.txt x; chmod 777 a.txt 2>&1")
                assert list(take_manifest(opened)) == ["a.txt"]
        assert len(_volumes(client, f"patchwright.tree={tree.key}")) == 2, "the tree and its marker"

    def test_a_half_filled_volume_is_never_used(self, client: Any) -> None:
        class Broken(MadeTree):
            def tar(self) -> Iterator[bytes]:
                yield next(super().tar())[:700]
                raise KeyboardInterrupt

        whole = MadeTree({"a": b"a", "b": b"b"}, key=f"{INSTANCE} frozen/2")
        with (
            pytest.raises(KeyboardInterrupt),
            docker_sandboxes().open(spec(read_only=True), Broken(whole.files, whole.key)),
        ):
            pass
        client.create_volume(
            f"{marker_name(whole.key)}-crashed",
            labels={"patchwright.instance": INSTANCE, "patchwright.tree": whole.key},
        )
        with docker_sandboxes().open(spec(read_only=True), whole) as opened:
            assert set(take_manifest(opened)) == {"a", "b"}

    def test_a_marker_whose_volume_is_gone_is_made_anew(self, client: Any) -> None:
        tree = replace(TREE, key=f"{INSTANCE} frozen/3")
        client.create_volume(
            marker_name(tree.key),
            labels={"patchwright.instance": INSTANCE, "patchwright.tree": tree.key, "patchwright.volume": "gone"},
        )
        with docker_sandboxes().open(spec(read_only=True), tree) as opened:
            assert set(take_manifest(opened)) == {"a.txt"}

    def test_two_who_fill_at_once_settle_on_one(self, client: Any) -> None:
        tree = replace(TREE, key=f"{INSTANCE} frozen/4")

        def fill_meanwhile(one: Any, mount: Mount) -> Any:
            if len(_volumes(client, f"patchwright.tree={tree.key}")) < 2:
                with docker_sandboxes().open(spec(read_only=True), tree):
                    pass
            return docker_sandboxes().container(one, [mount], workspace="/var/tmp")

        name = tree_volume(client, INSTANCE, spec(read_only=True), tree, fill_meanwhile)
        assert (volume_labels(client, marker_name(tree.key)) or {})["patchwright.volume"] == name
        assert len(_volumes(client, f"patchwright.tree={tree.key}")) == 2


def _volumes(client: Any, label: str) -> list[Any]:
    return client.volumes(filters={"label": label})["Volumes"] or []


def test_the_tests_left_no_container(client: Any) -> None:
    assert image()
    assert len(ours(client)) <= 1, "only the shared one of this module"
