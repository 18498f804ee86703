"""`open_source`: what the user names becomes a commit in our clone, or a sentence that says what to do."""

import hashlib
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from patchwright.sandbox.errors import SourceRefused
from patchwright.sandbox.limits import SourceLimits
from patchwright.sandbox.remote import locate
from patchwright.sandbox.source import open_source
from tests.sandbox.repositories import LFS_CONTENT, LFS_POINTER, commit_all, git, hostile, make, odd, on_disk, write


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture(autouse=True)
def a_person_without_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return home


def test_a_folder_gives_its_head_commit_and_the_same_clone_the_second_time(tmp_path: Path, cache: Path) -> None:
    sha = make(tmp_path / "r", {"a.txt": b"one\n", "d/b.txt": b"two\n"})
    repository, commit = open_source(str(tmp_path / "r"), cache=cache)
    again, same = open_source(str(tmp_path / "r"), cache=cache)
    assert (commit, again.git_dir) == (sha, repository.git_dir) and same == sha
    assert list(repository.tree(commit).paths()) == ["a.txt", "d/b.txt"]


def test_a_relative_folder_a_bare_one_and_a_file_url_work(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = make(tmp_path / "-odd name", {"a.txt": b"one\n"})
    git(tmp_path, "clone", "-q", "--bare", "./-odd name", "bare")
    monkeypatch.chdir(tmp_path)
    for source in ("-odd name", "bare", f"file://{tmp_path}/bare", f"file://{tmp_path}/-odd%20name"):
        assert open_source(source, cache=cache)[1] == sha


def test_a_linked_working_copy_works(tmp_path: Path, cache: Path) -> None:
    make(tmp_path / "r", {"a.txt": b"one\n"})
    git(tmp_path / "r", "worktree", "add", "-q", "../w", "-b", "side")
    write(tmp_path / "w", {"b.txt": b"two\n"})
    with pytest.raises(SourceRefused, match=r"untracked: b\.txt"):
        open_source(str(tmp_path / "w"), cache=cache)
    sha = commit_all(tmp_path / "w")
    assert open_source(str(tmp_path / "w"), cache=cache)[1] == sha


def test_new_commits_of_the_source_are_fetched(tmp_path: Path, cache: Path) -> None:
    make(tmp_path / "r", {"a.txt": b"one\n"})
    open_source(str(tmp_path / "r"), cache=cache)
    write(tmp_path / "r", {"a.txt": b"two\n"})
    sha = commit_all(tmp_path / "r")
    repository, commit = open_source(str(tmp_path / "r"), cache=cache)
    assert commit == sha and repository.tree(commit).read("a.txt") == b"two\n"


def test_revisions_are_branches_tags_commits_and_steps_back(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "r"
    first = make(folder, {"a.txt": b"one\n"})
    git(folder, "tag", "-a", "v1.0", "-m", "annotated")
    write(folder, {"a.txt": b"two\n"})
    second = commit_all(folder)
    git(folder, "branch", "feature/x@y", first)
    expected = {
        "HEAD": second,
        "@": second,
        "main": second,
        "refs/heads/main": second,
        "heads/main": second,
        "v1.0": first,
        "feature/x@y": first,
        "HEAD~1": first,
        "main^": first,
        "v1.0^{commit}": first,
        first: first,
        first[:9]: first,
    }
    for number, (revision, sha) in enumerate(expected.items()):
        assert open_source(str(folder), cache=cache / str(number), revision=revision)[1] == sha, revision


@pytest.mark.parametrize(
    "revision",
    ["nonsense", "0" * 40, "abcd1234", "--upload-pack=touch x", "-x", "", "HEAD:a.txt", "a b", "main@{1}", "HEAD~99",
     ":/base", "main\nHEAD", "HEAD^{tree}", "x..y"],
)  # fmt: skip
def test_an_unknown_revision_is_refused_with_what_there_is(tmp_path: Path, cache: Path, revision: str) -> None:
    """GIT-03"""
    make(tmp_path / "r", {"a.txt": b"one\n"})
    with pytest.raises(SourceRefused, match=r"revision|cannot be read"):
        open_source(str(tmp_path / "r"), cache=cache, revision=revision)


def test_what_is_no_repository_is_refused_with_what_to_do(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "plain").mkdir()
    make(tmp_path / "r", {"sub/a.txt": b"one\n"})
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    (tmp_path / "broken" / ".git").mkdir(parents=True)
    cases = {
        str(tmp_path / "missing"): "There is no folder",
        str(tmp_path / "plain"): "git init && git add -A && git commit",
        str(tmp_path / "r" / "sub"): f"inside the repository {tmp_path / 'r'}",
        str(empty): "no commit yet",
        str(tmp_path / "broken"): "cannot be read",
        "http://example.org/x": "https://",
        "ext::touch x": "There is no folder",
        f"file://{tmp_path}/missing": "cannot be read",
    }
    for source, words in cases.items():
        with pytest.raises(SourceRefused) as caught:
            open_source(source, cache=cache)
        assert words in str(caught.value), source


def test_a_shallow_clone_is_refused_with_the_command_that_completes_it(tmp_path: Path, cache: Path) -> None:
    make(tmp_path / "r", {"a.txt": b"one\n"})
    write(tmp_path / "r", {"a.txt": b"two\n"})
    commit_all(tmp_path / "r")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{tmp_path}/r", "s")
    for source in (str(tmp_path / "s"), f"file://{tmp_path}/s"):
        with pytest.raises(SourceRefused, match="git fetch --unshallow"):
            open_source(source, cache=cache)


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (SourceLimits(files=2), "files"),
        (SourceLimits(file_bytes=100), "file_bytes"),
        (SourceLimits(tree_bytes=150), "tree_bytes"),
        (SourceLimits(path_bytes=10), "path_bytes"),
        (SourceLimits(path_depth=2), "path_depth"),
    ],
)
def test_each_limit_is_named_when_it_is_passed(tmp_path: Path, cache: Path, limits: SourceLimits, name: str) -> None:
    """RES-08"""
    make(tmp_path / "r", {"a": b"x" * 120, "b": b"y" * 90, "deep/er/name": b"z"})
    with pytest.raises(SourceRefused, match=rf"too large: .*limit {name}\)"):
        open_source(str(tmp_path / "r"), cache=cache, limits=limits)


def test_a_clone_with_too_many_bytes_is_refused_each_time(tmp_path: Path, cache: Path) -> None:
    """RES-08"""
    make(tmp_path / "r", {"a": os.urandom(200_000)})
    for _ in range(2):
        with pytest.raises(SourceRefused, match="clone_bytes"):
            open_source(str(tmp_path / "r"), cache=cache, limits=SourceLimits(clone_bytes=100_000))


def test_uncommitted_changes_are_refused_by_name(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "r"
    make(folder, {"a.txt": b"one\n", "b.txt": b"two\n", ".gitignore": b"*.log\n"})
    (folder / "a.txt").write_bytes(b"changed\n")
    (folder / "b.txt").unlink()
    write(folder, {"new.txt": b"new\n", "debug.log": b"ignored\n"})
    with pytest.raises(SourceRefused) as caught:
        open_source(str(folder), cache=cache)
    assert "modified: a.txt; deleted: b.txt; untracked: new.txt" in str(caught.value)
    assert "--include-dirty" in str(caught.value)


def test_a_touched_file_and_ignored_files_are_no_changes(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "r"
    sha = make(folder, {"a.txt": b"one\n"})
    (folder / ".git" / "info" / "exclude").write_text("mine\n")
    write(Path(os.environ["HOME"]), {".config/git/ignore": b".idea\n"})
    write(folder, {"mine": b"x", ".idea": b"x"})
    os.utime(folder / "a.txt", (1, 1))
    assert open_source(str(folder), cache=cache)[1] == sha


def test_the_persons_own_ignore_file_counts(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "r"
    sha = make(folder, {"a.txt": b"one\n"})
    write(Path(os.environ["HOME"]), {".gitconfig": b"[core]\n excludesFile = ~/ig\n", "ig": b"*.swp\n"})
    write(folder, {"a.swp": b"x"})
    assert open_source(str(folder), cache=cache)[1] == sha


def test_a_change_of_equal_size_in_the_same_instant_is_seen(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "r"
    for attempt in range(5):
        make(folder / str(attempt), {"a.txt": b"one\n"})
        (folder / str(attempt) / "a.txt").write_bytes(b"two\n")
        with pytest.raises(SourceRefused, match=r"modified: a\.txt"):
            open_source(str(folder / str(attempt)), cache=cache)


def test_an_old_revision_may_be_opened_beside_uncommitted_changes(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "r"
    first = make(folder, {"a.txt": b"one\n"})
    write(folder, {"a.txt": b"two\n"})
    commit_all(folder)
    write(folder, {"a.txt": b"three\n"})
    assert open_source(str(folder), cache=cache, revision=first)[1] == first
    with pytest.raises(SourceRefused, match="no other revision"):
        open_source(str(folder), cache=cache, revision=first, include_dirty=True)


def test_include_dirty_takes_the_working_copy_as_it_is(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "r"
    base = odd(folder)
    (folder / "plain.txt").write_bytes(b"changed\n")
    (folder / "run.sh").chmod(0o644)
    (folder / "empty").unlink()
    (folder / "binary").unlink()
    (folder / "binary").symlink_to("plain.txt")
    (folder / "folder-link").unlink()
    write(folder, {"folder-link/now/a": b"folder\n", "staged": b"then deleted\n"})
    git(folder, "add", "staged")
    (folder / "staged").unlink()
    write(folder, {"n\udce9w\n\udcff": b"odd\n"})
    before = git(folder, "status", "--porcelain", "-z")
    repository, commit = open_source(str(folder), cache=cache, include_dirty=True)
    entries = {entry.path: entry for entry in repository.tree(commit).entries()}
    assert repository.log(commit, count=2).splitlines()[1].startswith(base[:7])
    found = {os.fsencode(path): repository.objects.read(e.sha) for path, e in entries.items() if e.mode != "160000"}
    assert found == {name: data for name, (kind, data) in on_disk(folder).items() if kind != "folder"}
    assert entries["run.sh"].mode == "100644" and entries["binary"].mode == "120000"
    assert git(folder, "status", "--porcelain", "-z") == before
    assert repository.trailers(commit) == {"Author": "human"}


def test_include_dirty_on_a_clean_copy_is_the_commit_itself(tmp_path: Path, cache: Path) -> None:
    sha = odd(tmp_path / "r")
    assert open_source(str(tmp_path / "r"), cache=cache, include_dirty=True)[1] == sha


def test_include_dirty_refuses_what_is_too_large(tmp_path: Path, cache: Path) -> None:
    """RES-08: a sparse giant costs nothing to make and is not read."""
    make(tmp_path / "r", {"a.txt": b"one\n"})
    with (tmp_path / "r" / "giant").open("wb") as file:
        file.truncate(1 << 40)
    begun = time.monotonic()
    with pytest.raises(SourceRefused, match="file_bytes"):
        open_source(str(tmp_path / "r"), cache=cache, include_dirty=True)
    assert time.monotonic() - begun < 5


def test_line_ends_that_git_turns_are_no_changes(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "r"
    make(folder, {".gitattributes": b"* text eol=crlf\n", "a.txt": b"one\r\ntwo\r\n"})
    os.utime(folder / "a.txt", (1, 1))
    repository, commit = open_source(str(folder), cache=cache)
    assert repository.tree(commit).read("a.txt") == b"one\ntwo\n"


def test_an_lfs_file_in_the_working_copy_equals_its_pointer(tmp_path: Path, cache: Path) -> None:
    """GIT-04: found without running LFS."""
    folder = tmp_path / "r"
    sha = make(folder, {"big.lfs": LFS_POINTER})
    assert hashlib.sha256(LFS_CONTENT).hexdigest().encode() in LFS_POINTER
    (folder / "big.lfs").write_bytes(LFS_CONTENT)
    assert open_source(str(folder), cache=cache)[1] == sha
    (folder / "big.lfs").write_bytes(LFS_CONTENT + b"!")
    with pytest.raises(SourceRefused, match=r"modified: big\.lfs"):
        open_source(str(folder), cache=cache)


def test_nothing_of_a_hostile_repository_runs(tmp_path: Path, cache: Path) -> None:
    """GIT-01, GIT-02, SB-01"""
    canary, folder = tmp_path / "canary", tmp_path / "r"
    sha = hostile(folder, canary)
    canary.unlink(missing_ok=True)
    repository, commit = open_source(str(folder), cache=cache)
    assert commit == sha
    (folder / "a.txt").write_bytes(b"one\nTWO\nthree\n")
    with pytest.raises(SourceRefused, match=r"modified: a\.txt"):
        open_source(str(folder), cache=cache)
    write(folder, {"c.txt": b"new\n", ".gitattributes": b"* filter=evil diff=evil merge=evil\n"})
    repository, commit = open_source(str(folder), cache=cache, include_dirty=True)
    open_source(str(folder), cache=cache / "other", revision="main", include_dirty=True)
    assert repository.tree(commit).read("a.txt") == b"one\nTWO\nthree\n"
    assert not canary.exists()
    subprocess.run(["git", "status"], cwd=folder, check=False, capture_output=True)
    assert canary.exists(), "the repository is not hostile: the test proves nothing"


def test_a_source_that_lacks_objects_fetches_none_from_where_it_says(tmp_path: Path, cache: Path) -> None:
    """GIT-04 (CVE-2024-32004): a promised object is not fetched with the source's own command."""
    canary, folder = tmp_path / "canary", tmp_path / "r"
    hostile(folder, canary)
    blob = git(folder, "rev-parse", "HEAD:a.txt").decode().strip()
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    canary.unlink(missing_ok=True)
    with pytest.raises(SourceRefused, match="cannot be read"):
        open_source(str(folder), cache=cache)
    assert not canary.exists()


def test_an_index_that_lies_or_is_broken_harms_nothing(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "r"
    sha = make(folder, {"a.txt": b"one\n"})
    for content in (b"", b"garbage" * 100):
        (folder / ".git" / "index").write_bytes(content)
        assert open_source(str(folder), cache=cache)[1] == sha
    (folder / ".git" / "index").unlink()
    os.mkfifo(folder / ".git" / "index")
    assert open_source(str(folder), cache=cache)[1] == sha


@pytest.mark.parametrize(
    "source",
    [
        "https://user:s3cret@git.example.org/owner/name.git",
        "https://s3cret@git.example.org/owner/name.git",
        "https://a:s3cret@b@git.example.org/owner/name.git",
        "https://git.example.org/owner/name.git?token=s3cret",
        "https://git.example.org/owner/name.git#s3cret",
        "ssh://user:s3cret@host/x",
        "ftp://user:s3cret@host/x",
    ],
)
def test_credentials_in_a_url_are_refused_and_not_repeated(source: str) -> None:
    """SEC-02: the URL is stored with the run and stands in git's arguments."""
    with pytest.raises(SourceRefused) as caught:
        locate(source)
    assert "s3cret" not in str(caught.value)


def test_a_private_repository_is_reached_by_the_persons_own_git() -> None:
    with pytest.raises(SourceRefused, match="credential helper knows your token, and give that folder"):
        locate("https://user:token@git.example.org/owner/name.git")


def test_addresses_of_each_kind_are_told_apart(tmp_path: Path) -> None:
    assert locate("git@example.org:owner/name.git").protocol == "ssh"
    assert locate("ssh://git@example.org/owner/name").protocol == "ssh"
    assert locate("https://example.org/owner/name").protocol == "https"
    assert locate("https://example.org/a").cache_name != locate("https://example.com/a").cache_name
    with pytest.raises(SourceRefused):
        locate("-oProxyCommand=touch:x")


def test_two_openings_at_once_share_one_clone(tmp_path: Path, cache: Path) -> None:
    sha = make(tmp_path / "r", {f"{number}.txt": b"x\n" for number in range(50)})

    def opened(_: int) -> str:
        return open_source(str(tmp_path / "r"), cache=cache)[1]

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(opened, range(6))) == [sha] * 6
