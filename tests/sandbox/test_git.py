"""GIT-02, SEC-03: git does what our arguments say and nothing else decides."""

import time
from pathlib import Path

import pytest

from patchwright.sandbox.errors import GitFailed
from patchwright.sandbox.git import Git
from tests.sandbox.repositories import make


def test_the_environment_is_built_from_a_list_and_holds_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "touch x")
    environment = Git(Path("/clone.git")).environment()
    assert "sk-secret" not in environment.values()
    assert "GIT_DIR" not in environment and "GIT_EXTERNAL_DIFF" not in environment
    assert environment["GIT_CONFIG_NOSYSTEM"] == environment["GIT_LITERAL_PATHSPECS"] == "1"
    assert environment["GIT_TERMINAL_PROMPT"] == environment["GIT_OPTIONAL_LOCKS"] == "0"
    assert environment["GIT_CONFIG_GLOBAL"] == "/dev/null" and environment["GIT_ALLOW_PROTOCOL"] == "none"


def test_a_failure_carries_the_arguments_and_gits_own_words(tmp_path: Path) -> None:
    make(tmp_path / "r", {"a": b"1\n"})
    with pytest.raises(GitFailed, match="git rev-parse failed: fatal: Needed a single") as caught:
        Git(tmp_path / "r" / ".git")("rev-parse", "--verify", "nonsense")
    assert caught.value.arguments == ("rev-parse", "--verify", "nonsense")
    assert caught.value.status == 128


def test_the_words_of_a_failure_cannot_control_a_terminal(tmp_path: Path) -> None:
    """OUT-02"""
    with pytest.raises(GitFailed) as caught:
        Git(tmp_path)("\x1b[31mred\x07")
    assert "\x1b" not in caught.value.words and "\x07" not in caught.value.words


def test_a_command_ends_at_its_deadline_with_everything_it_started(tmp_path: Path) -> None:
    begun = time.monotonic()
    script = f"!sleep 60 & echo $! > {tmp_path}/pid; wait"
    with pytest.raises(GitFailed, match="time limit"):
        Git(settings=(f"alias.hang={script}",))("hang", timeout=0.5)
    assert time.monotonic() - begun < 5
    pid = int((tmp_path / "pid").read_text())
    time.sleep(0.05)
    stat = Path(f"/proc/{pid}/stat")
    assert not stat.exists() or stat.read_text().split()[2] == "Z"


def test_output_beyond_the_cap_is_a_failure_and_not_kept() -> None:
    """RES-07"""
    with pytest.raises(GitFailed, match="more than 1000 bytes"):
        Git(settings=("alias.flood=!yes",))("flood", cap=1000, timeout=10)


def test_endless_messages_end_the_command() -> None:
    """RES-07"""
    with pytest.raises(GitFailed, match="too many messages"):
        Git(settings=("alias.flood=!yes >&2",))("flood", timeout=10)


def test_a_reason_to_stop_ends_the_command() -> None:
    with pytest.raises(GitFailed, match="enough"):
        Git(settings=("alias.hang=!sleep 60",))("hang", timeout=10, stop=lambda: "enough")


def test_no_protocol_is_allowed_unless_it_is_named(tmp_path: Path) -> None:
    make(tmp_path / "r", {"a": b"1\n"})
    with pytest.raises(GitFailed, match="not allowed"):
        Git()("ls-remote", "--", str(tmp_path / "r"))
    with pytest.raises(GitFailed, match="not allowed"):
        Git(protocol="file")("ls-remote", "--", f"ext::touch {tmp_path}/canary")
    assert not (tmp_path / "canary").exists()


def test_a_machine_without_git_is_told_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(GitFailed, match="install the package git"):
        Git()("version")


def test_thousands_of_bytes_of_input_and_output_do_not_block_each_other(tmp_path: Path) -> None:
    make(tmp_path / "r", {"a": b"x" * 100_000})
    names = b"HEAD:a\n" * 50
    output = Git(tmp_path / "r" / ".git")("cat-file", "--batch", stdin=names)
    assert len(output) > 5_000_000
