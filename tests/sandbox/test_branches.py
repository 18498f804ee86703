"""A finished patch as a branch of the user's repository, without git running there."""

import subprocess
from pathlib import Path

import pytest

from patchwright.sandbox.branches import add_branch
from patchwright.sandbox.errors import SourceRefused
from patchwright.sandbox.source import open_source


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, Path, str, str]:
    """The user's checkout, our clone, the base and a result of two commits upon it."""
    checkout = tmp_path / "theirs"
    checkout.mkdir()
    (checkout / "a.txt").write_text("one\n")
    git(checkout, "init", "-q")
    git(checkout, "add", "-A")
    git(checkout, "commit", "-qm", "base")
    repository, base = open_source(str(checkout), cache=tmp_path / "cache")
    middle = repository.commit(base, {"a.txt": b"two\n"}, message="m", trailers={})
    result = repository.commit(middle, {"b.txt": b"new\n"}, message="m", trailers={})
    repository.close()
    return checkout, repository.git_dir, base, result


def test_the_branch_is_one_commit_on_the_base_and_nothing_else_is_touched(
    place: tuple[Path, Path, str, str],
) -> None:
    """GIT-01, GIT-05."""
    checkout, clone, base, result = place
    hook = checkout / ".git" / "hooks" / "reference-transaction"
    hook.write_text("#!/bin/sh\ntouch ../hacked\n")
    hook.chmod(0o755)
    before = git(checkout, "rev-parse", "HEAD")
    commit = add_branch(clone, checkout, "patchwright/abc", base=base, result=result, message="Say two")
    assert not (checkout / "hacked").exists()
    assert not (checkout.parent / "hacked").exists()
    hook.unlink()
    assert git(checkout, "rev-parse", "HEAD") == before
    assert git(checkout, "status", "--porcelain") == ""
    assert git(checkout, "log", "--format=%H %s", "patchwright/abc").splitlines()[0] == f"{commit} Say two"
    assert git(checkout, "rev-list", "--count", f"{base}..patchwright/abc") == "1"
    assert git(checkout, "show", "patchwright/abc:a.txt") == "two"
    git(checkout, "fsck", "--strict")


def test_names_that_are_taken_or_none_are_refused_and_nothing_is_written(place: tuple[Path, Path, str, str]) -> None:
    checkout, clone, base, result = place
    add_branch(clone, checkout, "fix", base=base, result=result, message="m")
    git(checkout, "pack-refs", "--all")
    refs = git(checkout, "for-each-ref")
    for name in ("fix", "fix/more", "../../evil", "a b", "-x/..", "x.lock", ""):
        with pytest.raises(SourceRefused):
            add_branch(clone, checkout, name, base=base, result=result, message="m")
    assert git(checkout, "for-each-ref") == refs
    with pytest.raises(SourceRefused):
        add_branch(clone, checkout.parent, "x", base=base, result=result, message="m")


def test_a_base_of_uncommitted_files_becomes_part_of_the_commit(tmp_path: Path) -> None:
    checkout = tmp_path / "theirs"
    checkout.mkdir()
    (checkout / "a.txt").write_text("one\n")
    git(checkout, "init", "-q")
    git(checkout, "add", "-A")
    git(checkout, "commit", "-qm", "base")
    (checkout / "a.txt").write_text("dirty\n")
    repository, base = open_source(str(checkout), cache=tmp_path / "cache", include_dirty=True)
    result = repository.commit(base, {"b.txt": b"new\n"}, message="m", trailers={})
    repository.close()
    add_branch(repository.git_dir, checkout, "fix", base=base, result=result, message="m")
    assert git(checkout, "rev-list", "--count", "HEAD..fix") == "1"
    assert git(checkout, "show", "fix:a.txt") == "dirty"
    git(checkout, "fsck", "--strict")
