"""Our bare clone: trees out, commits in, diffs between; byte for byte."""

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchwright.sandbox.base import Tree
from patchwright.sandbox.errors import GitFailed
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.source import open_source
from patchwright.sandbox.tarball import MODIFIED_AT
from patchwright.tools.tree import FileTree
from tests.sandbox.repositories import GITLINK, ODD_FILES, ODD_LINKS, make, odd, on_disk

Opened = tuple[Repository, str]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Opened]:
    make(tmp_path / "r", {"a.txt": b"one\n", "d/b.txt": b"two\n", "d/run": b"#!\n"})
    repository, commit = open_source(str(tmp_path / "r"), cache=tmp_path / "cache")
    repository = Repository(repository.git_dir, clock=lambda: 1_700_000_000.0)
    yield repository, commit
    repository.close()


@pytest.fixture
def strange(tmp_path: Path) -> Iterator[Opened]:
    odd(tmp_path / "r")
    repository, commit = open_source(str(tmp_path / "r"), cache=tmp_path / "cache")
    yield repository, commit
    repository.close()


def edit(opened: Opened, changes: dict[str, bytes | None], **more: bool) -> str:
    repository, commit = opened
    return repository.commit(commit, changes, message="edit", trailers={"Step": "1"}, executable=more or None)


def test_a_tree_serves_sandboxes_and_tools(small: Opened) -> None:
    repository, commit = small
    tree: Tree = repository.tree(commit)
    files: FileTree = repository.tree(commit)
    assert tree.key == files.key == commit
    assert list(files.paths()) == ["a.txt", "d/b.txt", "d/run"] and files.read("d/b.txt") == b"two\n"
    assert dict(repository.tree(commit).files()) == {path: files.read(path) for path in files.paths()}


def test_only_regular_files_are_read(strange: Opened) -> None:
    """FS-02"""
    repository, commit = strange
    tree = repository.tree(commit)
    assert {os.fsencode(path) for path in tree.paths()} == set(ODD_FILES)
    for path in ("missing", "link", "vendor/sub", "long", "absolute", ""):
        with pytest.raises(KeyError):
            tree.read(path)


def test_the_tar_unpacks_to_the_repository_byte_for_byte(strange: Opened, tmp_path: Path) -> None:
    """FS-04, GIT-06: no export-ignore, no export-subst, no line-end conversion, no LFS."""
    repository, commit = strange
    place = tmp_path / "out"
    place.mkdir()
    data = b"".join(repository.tree(commit).tar())
    subprocess.run(["tar", "-x", "--no-same-owner"], cwd=place, input=data, check=True)
    expected = {name: ("755" if name == b"run.sh" else "644", content) for name, content in ODD_FILES.items()}
    expected |= {name: ("link", target) for name, target in ODD_LINKS.items()}
    expected[b"vendor/sub"] = ("folder", b"")
    assert on_disk(place) == expected


def test_the_tar_says_owner_root_and_one_time_and_is_always_the_same(strange: Opened) -> None:
    repository, commit = strange
    first, second = (b"".join(repository.tree(commit).tar()) for _ in range(2))
    again = Repository(repository.git_dir)
    for file in (repository.git_dir / "tars").glob("*"):
        file.unlink()
    assert first == second == b"".join(again.tree(commit).tar())
    with tarfile.open(fileobj=io.BytesIO(first)) as tar:
        members = tar.getmembers()
    assert {(member.uid, member.gid) for member in members} == {(0, 0)}
    assert len({member.mtime for member in members}) == 1 and members[0].mtime == MODIFIED_AT


def test_a_tar_that_was_not_read_to_its_end_is_not_kept(strange: Opened) -> None:
    repository, commit = strange
    stream = iter(repository.tree(commit).tar())
    next(stream)
    del stream
    assert not list((repository.git_dir / "tars").glob("*"))
    assert len(b"".join(repository.tree(commit).tar())) % 512 == 0


def test_a_tar_that_copies_from_the_last_one_is_the_same_as_one_made_anew(strange: Opened) -> None:
    repository, base = strange
    b"".join(repository.tree(base).tar())
    changes: dict[str, bytes | None] = {"plain.txt": b"x" * 5000, "link": None, "a": b"", "vendor/sub": None}
    result = repository.commit(base, changes, message="m", trailers={}, executable={"empty": True})
    copied = b"".join(repository.tree(result).tar())
    for file in (repository.git_dir / "tars").iterdir():
        file.unlink()
    assert copied == b"".join(repository.tree(result).tar())


def test_only_some_tars_are_kept(small: Opened) -> None:
    repository, commit = small
    for number in range(12):
        commit = edit((repository, commit), {"a.txt": str(number).encode()})
        b"".join(repository.tree(commit).tar())
    names = sorted(file.suffix for file in (repository.git_dir / "tars").iterdir())
    assert names == [".json"] * 8 + [".tar"] * 8


def test_a_commit_replaces_creates_and_deletes_and_keeps_modes(strange: Opened) -> None:
    repository, base = strange
    result = edit(strange, {"run.sh": b"#!/bin/sh\nexit\n", "new/deep/file": b"new\n", "caf\udce9.txt": None})
    before = {entry.path: entry for entry in repository.tree(base).entries()}
    fresh = Repository(repository.git_dir)
    after = {entry.path: entry for entry in fresh.tree(result).entries()}
    assert list(repository.tree(result).entries()) == list(after.values())
    assert after["run.sh"].mode == "100755" and after["new/deep/file"].mode == "100644"
    assert before.keys() - after.keys() == {"caf\udce9.txt"} and after.keys() - before.keys() == {"new/deep/file"}
    untouched = before.keys() & after.keys() - {"run.sh"}
    assert all(before[path] == after[path] for path in untouched)
    assert after["vendor/sub"].sha == GITLINK
    repository.git("fsck", "--strict", "--no-dangling")


def test_the_same_edit_at_the_same_time_is_the_same_commit(small: Opened) -> None:
    assert edit(small, {"a.txt": b"x"}) == edit(small, {"a.txt": b"x"})


def test_a_program_can_be_made_and_unmade(small: Opened) -> None:
    repository, _ = small
    made = edit(small, {"tool": b"#!\n"}, **{"tool": True, "a.txt": True})
    modes = {entry.path: entry.mode for entry in Repository(repository.git_dir).tree(made).entries()}
    assert modes["tool"] == modes["a.txt"] == "100755"
    unmade = repository.commit(made, {}, message="", trailers={}, executable={"tool": False})
    assert repository.tree(unmade).entry("tool") == (
        "100644", repository.tree(made).entries()[-1].sha, "tool", 3
    )  # fmt: skip


def test_files_and_folders_can_take_each_others_place(small: Opened) -> None:
    repository, _ = small
    result = edit(small, {"a.txt": None, "a.txt/inside": b"1", "d/b.txt": None, "d/run": None, "d": b"2"})
    assert list(Repository(repository.git_dir).tree(result).paths()) == ["a.txt/inside", "d"]
    nothing = repository.commit(result, {"a.txt/inside": None, "d": None}, message="m", trailers={})
    assert list(Repository(repository.git_dir).tree(nothing).entries()) == []


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "d/../x", "./x", "d//x", "d/", ".git/config", "d/.GIT/hooks/x", "a\0b", "link",
     "link/x", "plain.txt/x", "long", "vendor/sub", "vendor/sub/x", "folder-link/x"],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_is_refused(strange: Opened, path: str) -> None:
    """FS-01, FS-03"""
    with pytest.raises(ValueError):
        edit(strange, {path: b"x"})


def test_deleting_what_is_not_there_is_an_error(strange: Opened) -> None:
    for path in ("missing", "long", "missing/deep"):
        with pytest.raises(KeyError):
            edit(strange, {path: None})
    edit(strange, {"link": None, "vendor/sub": None})


def test_trailers_are_read_back_and_cannot_be_forged_by_a_message(small: Opened) -> None:
    repository, base = small
    trailers = {"Step": "2", "Attempt": "3", "Author": "model\nStep: 9"}
    made = repository.commit(base, {}, message="Title\n\nMade-By: patchwright\nAuthor: human", trailers=trailers)
    assert repository.trailers(made) == {"Step": "2", "Attempt": "3", "Author": "model Step: 9"}
    bare = repository.commit(base, {}, message="Title\n\nMade-By: patchwright\nAuthor: human", trailers={})
    assert repository.trailers(bare) == {} and repository.trailers(base) == {}
    with pytest.raises(ValueError):
        repository.commit(base, {}, message="", trailers={"Bad\nName": "x"})


def test_a_kept_commit_survives_garbage_collection(small: Opened) -> None:
    repository, _ = small
    kept, lost = edit(small, {"a.txt": b"kept"}), edit(small, {"a.txt": b"lost"})
    repository.keep("run-1/step.2", kept)
    repository.close()
    repository.git("gc", "--prune=now", "--quiet")
    fresh = Repository(repository.git_dir)
    assert fresh.kept("run-1/step.2") == kept and fresh.has(kept) and not fresh.has(lost)
    assert fresh.tree(kept).read("a.txt") == b"kept"
    for name in ("../heads/main", "-x", "a..b", "a.lock", "", "a//b", "a b", "@{1}"):
        with pytest.raises(ValueError):
            repository.keep(name, kept)


def test_what_changed_is_listed_file_by_file(strange: Opened) -> None:
    repository, base = strange
    long = "long/" + "n" * 200 + "/" + "m" * 150
    changes: dict[str, bytes | None] = {
        "plain.txt": None, "moved/plain.txt": b"one\ntwo\n", "crlf.txt": b"one\r\n2\r\n", "binary": b"\0",
        "empty": None, "new\nline": b"changed\n", "link": None, long: b"longer\n",
    }  # fmt: skip
    result = repository.commit(base, changes, message="m", trailers={}, executable={"-dash": True})
    found = {c.path: (c.old_path, c.status, c.added, c.removed) for c in repository.changed(base, result)}
    assert found == {
        "-dash": ("-dash", "modified", 0, 0),
        "moved/plain.txt": ("plain.txt", "renamed", 0, 0),
        "crlf.txt": ("crlf.txt", "modified", 1, 1),
        "binary": ("binary", "modified", None, None),
        "empty": ("empty", "deleted", 0, 0),
        "new\nline": ("new\nline", "modified", 1, 1),
        "link": ("link", "deleted", 0, 1),
        long: (long, "modified", 1, 1),
    }
    assert [c.path for c in repository.changed(base, result) if c.mode_changed] == ["-dash"]
    assert repository.changed(base, base) == () and repository.diff(base, base) == b""


def test_a_diff_shows_what_the_repository_wishes_to_hide(strange: Opened) -> None:
    """GIT-06: `-diff` in .gitattributes makes git show a file as binary."""
    repository, base = strange
    attributes = repository.tree(base).read(".gitattributes") + b"* -diff binary linguist-generated\n"
    (repository.git_dir / "HEAD").write_text("ref: refs/heads/none\n")
    result = edit(strange, {"secret.txt": b"changed\n", ".gitattributes": attributes})
    diff = repository.diff(base, result)
    assert b"+changed\n" in diff and b"GIT binary patch" not in diff
    assert diff == Repository(repository.git_dir).diff(base, result)


def test_log_and_blame_say_who_wrote_what(small: Opened) -> None:
    repository, _ = small
    result = edit(small, {"a.txt": b"one\nmore\n"})
    assert repository.log(result).splitlines()[0].endswith("patchwright: edit")
    assert repository.log(result, "d/b.txt").count("\n") == 1
    lines = repository.blame(result, "a.txt", 1, 2).splitlines()
    assert "A Person" in lines[0] and "patchwright" in lines[1] and lines[1].endswith("more")
    for commit, path in ((result, "nope"), ("--help", "a.txt")):
        with pytest.raises(GitFailed):
            repository.blame(commit, path, 1, 1)


def test_a_commit_that_is_not_there_is_an_error(small: Opened) -> None:
    repository, _ = small
    for name in ("0" * 40, "HEAD", "--all", ""):
        assert not repository.has(name)
        with pytest.raises(GitFailed):
            repository.tree(name)


def test_a_git_process_that_was_killed_or_closed_is_replaced(small: Opened) -> None:
    repository, commit = small
    repository.tree(commit).read("a.txt")
    repository.close()
    fresh = edit(small, {"b": bytes(2 << 20)})
    assert repository.tree(fresh).read("b") == bytes(2 << 20)
