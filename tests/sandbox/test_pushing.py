"""The only push there is (GIT-05, SEC-02)."""

import subprocess
from pathlib import Path

import pytest

from patchwright.sandbox.pushing import PushRefused, push
from patchwright.sandbox.remote import git_for, locate
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.source import open_source

HEADER = "Basic c2VjcmV0LXRva2Vu"


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Repository, str]:
    """A bare repository to push to, our clone of it, and its first commit."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "a").write_text("1\n")
    git(source, "init", "-q", "-b", "main")
    git(source, "add", "-A")
    git(source, "commit", "-qm", "one")
    git(tmp_path, "clone", "-q", "--bare", str(source), "hub.git")
    clone, commit = open_source(f"file://{tmp_path}/hub.git", cache=tmp_path / "cache")
    return tmp_path / "hub.git", clone, commit


def test_a_commit_goes_to_a_branch_of_ours_and_twice_is_once(places: tuple[Path, Repository, str]) -> None:
    hub, clone, base = places
    ours = clone.commit(base, {"a": b"2\n"}, message="two", trailers={})
    for _ in range(2):
        push(clone.git_dir, f"file://{hub}", ours, "patchwright/1-abc", prefix="patchwright/", authorization="")
    assert git(hub, "rev-parse", "refs/heads/patchwright/1-abc") == ours
    assert git(hub, "rev-parse", "main") == base
    assert git(hub, "for-each-ref", "--format=%(refname)").split() == [
        "refs/heads/main",
        "refs/heads/patchwright/1-abc",
    ]


def test_a_branch_that_has_gone_on_is_never_forced(places: tuple[Path, Repository, str]) -> None:
    hub, clone, base = places
    theirs = clone.commit(base, {"a": b"theirs\n"}, message="x", trailers={})
    ours = clone.commit(base, {"a": b"ours\n"}, message="y", trailers={})
    push(clone.git_dir, f"file://{hub}", theirs, "patchwright/1-abc", prefix="patchwright/", authorization="")
    with pytest.raises(PushRefused) as caught:
        push(clone.git_dir, f"file://{hub}", ours, "patchwright/1-abc", prefix="patchwright/", authorization="")
    assert "non-fast-forward" in caught.value.words or "fetch first" in caught.value.words
    assert git(hub, "rev-parse", "refs/heads/patchwright/1-abc") == theirs


@pytest.mark.parametrize(
    "branch",
    [
        "main",
        "patchwright",
        "patchwright/",
        "patchwright/../main",
        "patchwright/a:refs/heads/main",
        "patchwright/a/b",
        "+patchwright/a",
        "refs/heads/main",
        "patchwright/-f",
        "patchwright/a b",
        "patchwright/a\n",
        "other/a",
    ],
)
def test_no_other_branch_can_be_named(places: tuple[Path, Repository, str], branch: str) -> None:
    hub, clone, base = places
    with pytest.raises(ValueError, match="is no branch"):
        push(clone.git_dir, f"file://{hub}", base, branch, prefix="patchwright/", authorization="")


@pytest.mark.parametrize("commit", ["HEAD", "+" + "a" * 40, "", "main", "a" * 39])
def test_only_a_commit_can_be_pushed(places: tuple[Path, Repository, str], commit: str) -> None:
    hub, clone, _ = places
    with pytest.raises(ValueError, match=r"or .* no commit"):
        push(clone.git_dir, f"file://{hub}", commit, "patchwright/1", prefix="patchwright/", authorization="")


def test_credentials_reach_git_by_its_environment_and_nothing_else() -> None:
    remote = locate("https://github.example/acme/words.git", HEADER)
    made = git_for(remote)
    assert HEADER not in " ".join(made.argv("push")) + repr(made) + repr(remote) + remote.cache_name
    environment = made.environment()
    assert environment["GIT_CONFIG_VALUE_0"] == f"Authorization: {HEADER}"
    assert environment["GIT_CONFIG_KEY_0"] == "http.https://github.example/acme/words.git.extraHeader"
    assert not any(HEADER in value for value in git_for(locate(remote.address)).environment().values())


def test_plain_http_is_for_this_machine_only() -> None:
    from patchwright.sandbox.errors import SourceRefused

    assert locate("http://127.0.0.1:1/a/b.git").protocol == "http"
    with pytest.raises(SourceRefused):
        locate("http://github.example/a/b.git")
    with pytest.raises(SourceRefused):
        locate("http://token@127.0.0.1/a/b.git")
