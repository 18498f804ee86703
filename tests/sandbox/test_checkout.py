"""The patch into the user's checkout: all or nothing, and nothing of the checkout runs."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from patchwright.sandbox.checkout import apply_patch
from patchwright.sandbox.errors import PatchDoesNotApply, SourceRefused
from patchwright.sandbox.provenance import hunks
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.source import open_source
from tests.sandbox.repositories import commit_all, git, hostile, make, odd, on_disk, write

Changes = dict[str, bytes | None]


def patch_of(folder: Path, changes: Changes, **executable: bool) -> tuple[bytes, Repository, str]:
    """The patch that these changes of the folder's HEAD make, and where the result lies."""
    repository, base = open_source(str(folder), cache=folder.parent / "cache")
    result = repository.commit(base, changes, message="m", trailers={}, executable=executable or None)
    return repository.diff(base, result), repository, result


def as_on_disk(repository: Repository, commit: str) -> dict[bytes, tuple[str, bytes]]:
    kinds = {"100644": "644", "100755": "755", "120000": "link"}
    return {
        os.fsencode(entry.path): (kinds[entry.mode], repository.objects.read(entry.sha))
        if entry.mode in kinds
        else ("folder", b"")
        for entry in repository.tree(commit).entries()
    }


def test_a_patch_of_everything_git_can_hold_survives_the_round_trip(tmp_path: Path) -> None:
    """FS-04, FS-05: names, links, submodules, LFS pointers, CRLF, modes, deletes, renames: byte for byte."""
    odd(tmp_path / "r")
    git(tmp_path, "clone", "-q", "r", "fresh")
    (tmp_path / "fresh" / "vendor" / "sub").mkdir(parents=True, exist_ok=True)
    before = on_disk(tmp_path / "fresh")
    changes: Changes = {
        "caf\udce9.txt": b"latin\xe9\n", "\udcff\udcfe/\udc80": None, "b/\udc81": b"bytes\n",
        "new\nline": b"two\nlines\n", 'quo"te\t\\': None, "-dash": b"still\n", "*star[x]?": b"m\n",
        "crlf.txt": b"one\r\n2\r\n", "mixed.txt": b"one\r\ntwo\n\rthree\r", "no-newline": b"end\n", "empty": b"\n",
        "binary": bytes(range(255, -1, -1)) * 5, "run.sh": b"#!/bin/sh\nexit\n", "link": None, "dangling": None,
        "big.lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        "subst.txt": b"$Format:%h$ $Id: x$\n", "deep/er/new": b"",
    }  # fmt: skip
    patch, repository, result = patch_of(tmp_path / "r", changes, **{"secret.txt": True})
    paths = apply_patch(tmp_path / "fresh", patch)
    assert set(paths) == set(changes) | {"secret.txt"}
    assert on_disk(tmp_path / "fresh") == as_on_disk(repository, result) != before
    assert git(tmp_path / "fresh", "diff", "--cached", "--name-only") == b""
    assert git(tmp_path / "fresh", "rev-list", "--count", "HEAD") == b"1\n"
    commit_all(tmp_path / "fresh")


def test_a_checkout_that_moved_on_is_refused_with_the_files_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    make(folder, {"a.txt": b"one\n", "b.txt": b"two\n", "c.txt": b"three\n", "caf\udce9": b"x\n"})
    patch, _, _ = patch_of(
        folder, {"a.txt": b"1\n", "b.txt": b"2\n", "c.txt": None, "new": b"n\n", "caf\udce9": b"y\n"}
    )
    write(folder, {"b.txt": b"other\n", "new": b"already\n", "caf\udce9": b"other\n"})
    (folder / "c.txt").unlink()
    before = on_disk(folder)
    with pytest.raises(PatchDoesNotApply) as caught:
        apply_patch(folder, patch)
    assert set(caught.value.paths) == {"b.txt", "c.txt", "new", "caf\udce9"}
    assert "b.txt" in str(caught.value) and "Nothing was changed" in str(caught.value)
    assert on_disk(folder) == before


def test_changes_elsewhere_in_a_file_do_not_matter(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    lines = [f"{number}\n".encode() for number in range(40)]
    make(folder, {"a.txt": b"".join(lines)})
    patch, _, _ = patch_of(folder, {"a.txt": b"".join([*lines[:30], b"thirty\n", *lines[31:]])})
    write(folder, {"a.txt": b"".join([b"top\n", *lines])})
    assert apply_patch(folder, patch) == ("a.txt",)
    assert (folder / "a.txt").read_bytes() == b"".join([b"top\n", *lines[:30], b"thirty\n", *lines[31:]])


def test_a_failure_while_writing_brings_every_file_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "r"
    make(folder, {"a.txt": b"one\n", "b.txt": b"two\n", "run": b"#!\n", "z.txt": b"last\n"})
    (folder / "run").chmod(0o755)
    commit_all(folder)
    patch, _, _ = patch_of(folder, {"a.txt": b"1\n", "b.txt": None, "run": b"#!/\n", "y": b"new\n", "z.txt": b"9\n"})
    before = on_disk(folder)
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    # A git whose apply stops in the middle, as on a full disk.
    program.write_text(
        '#!/bin/sh\ncase "$*" in *--check*|*init*|*config*) exec /usr/bin/env PATH="$REAL" git "$@";; esac\n'
        "echo 1 > a.txt; rm b.txt; echo x > run; echo new > y; echo 'error: No space left on device' >&2; exit 1\n"
    )
    program.write_text(program.read_text().replace("$REAL", os.environ["PATH"]))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    with pytest.raises(PatchDoesNotApply, match="No space left"):
        apply_patch(folder, patch)
    assert on_disk(folder) == before


@pytest.mark.parametrize("setting", ["attributes", "autocrlf"])
def test_a_checkout_with_crlf_line_ends_keeps_them(tmp_path: Path, setting: str) -> None:
    folder = tmp_path / "r"
    attributes = b"* text eol=crlf\n" if setting == "attributes" else b""
    make(folder, {".gitattributes": attributes, "a.txt": b"one\ntwo\nthree\n"})
    if setting == "autocrlf":
        git(folder, "config", "core.autocrlf", "true")
    (folder / "a.txt").unlink()
    git(folder, "checkout", "--", "a.txt")
    assert (folder / "a.txt").read_bytes() == b"one\r\ntwo\r\nthree\r\n"
    patch, _, _ = patch_of(folder, {"a.txt": b"one\n2\nthree\n", "new": b"n\n"})
    apply_patch(folder, patch)
    assert (folder / "a.txt").read_bytes() == b"one\r\n2\r\nthree\r\n"
    assert (folder / "new").read_bytes() == b"n\r\n"
    assert git(folder, "diff", "--numstat") == b"1\t1\ta.txt\n"


def test_a_patch_cannot_write_outside_the_checkout(tmp_path: Path) -> None:
    """FS-03"""
    folder = tmp_path / "r"
    make(folder, {"a.txt": b"one\n", "d/b.txt": b"two\n"})
    patch, _, _ = patch_of(folder, {"d/b.txt": b"2\n"})
    outside = tmp_path / "outside"
    write(outside, {"b.txt": b"two\n"})
    (folder / "d" / "b.txt").unlink()
    (folder / "d").rmdir()
    (folder / "d").symlink_to(outside)
    with pytest.raises(PatchDoesNotApply):
        apply_patch(folder, patch)
    for name in ("../outside/b.txt", "/etc/x", ".git/config", ".git/hooks/pre-commit", "d/../../x"):
        evil = f"diff --git a/{name} b/{name}\nnew file mode 100755\n--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+x\n"
        with pytest.raises(PatchDoesNotApply):
            apply_patch(folder, evil.encode())
    link = (
        "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+../outside\n"
        "\\ No newline at end of file\n"
        "diff --git a/l/evil b/l/evil\nnew file mode 100644\n--- /dev/null\n+++ b/l/evil\n@@ -0,0 +1 @@\n+x\n"
    )
    with pytest.raises(PatchDoesNotApply):
        apply_patch(folder, link.encode())
    assert on_disk(outside) == {b"b.txt": ("644", b"two\n")}
    assert "evil" not in (folder / ".git" / "config").read_text() and not (folder / "l").is_symlink()


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="not the top folder"):
        apply_patch(tmp_path, b"")


def test_an_empty_patch_changes_nothing(tmp_path: Path) -> None:
    make(tmp_path / "r", {"a": b""})
    assert apply_patch(tmp_path / "r", b"") == ()


def test_nothing_of_a_hostile_checkout_runs(tmp_path: Path) -> None:
    """GIT-01, GIT-02, SB-01: from opening to the applied patch, with every reading function in between."""
    canary, folder = tmp_path / "canary", tmp_path / "r"
    hostile(folder, canary)
    canary.unlink(missing_ok=True)
    write(folder, {".gitattributes": b"* filter=evil diff=evil merge=evil\n"})
    repository, base = open_source(str(folder), cache=tmp_path / "cache", include_dirty=True)
    result = repository.commit(base, {"a.txt": b"one\n2\nthree\n", "b.bin": b"\0" * 65}, message="m", trailers={})
    tree = repository.tree(result)
    assert len(b"".join(tree.tar())) > 0 and dict(tree.files())["a.txt"] == b"one\n2\nthree\n"
    repository.keep("x", result)
    assert repository.changed(base, result) and hunks(repository, base, result)
    assert repository.log(result) and repository.log(result, "a.txt") and repository.blame(result, "a.txt", 1, 3)
    apply_patch(folder, repository.diff(base, result))
    assert (folder / "a.txt").read_bytes() == b"one\n2\nthree\n"
    assert not canary.exists()
    subprocess.run(["git", "status"], cwd=folder, check=False, capture_output=True)
    assert canary.exists(), "the repository is not hostile: the test proves nothing"


NAMES = st.sampled_from(["a", "b", "B", "c d", "\u00e9", "\udcff", "-x", 'q"\n\t', "*", "a.b"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
LINE = st.sampled_from(
    [b"one\n", b"two\n", b"", b"\r\n", b"x\r\n", b"\xff\n", b"\0", b"-- a\n", b"@@ -1 +1 @@\n", b"end"]
)
CONTENT = st.lists(LINE, max_size=12).map(b"".join)
TREES = st.dictionaries(PATHS, CONTENT, max_size=6)


def fits(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without the files whose name is also a folder's."""
    folders = {"/".join(path.split("/")[:depth]) for path in files for depth in range(1, path.count("/") + 1)}
    return {path: data for path, data in files.items() if path not in folders}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees=st.lists(TREES.map(fits), min_size=2, max_size=4))
def test_any_chain_of_edits_is_stored_diffed_explained_and_applied(trees: list[dict[str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "r"
        make(folder, {"always": b"here\n"} | trees[0])
        repository, base = open_source(str(folder), cache=Path(place) / "cache")
        head, files = base, dict(trees[0])
        for wanted in trees[1:]:
            changes: Changes = {path: None for path in files if path not in wanted}
            changes |= {path: data for path, data in wanted.items() if files.get(path) != data}
            head, files = repository.commit(head, changes, message="m", trailers={}), dict(wanted)
        repository.git("fsck", "--strict")
        stored = {path: data for path, data in Repository(repository.git_dir).tree(head).files() if path != "always"}
        assert stored == files
        commits = set(repository.git("rev-list", f"{base}..{head}").decode().split())
        assert all(hunk.commits and commits >= set(hunk.commits) for hunk in hunks(repository, base, head))
        apply_patch(folder, repository.diff(base, head))
        assert on_disk(folder) == as_on_disk(repository, head)
        repository.close()
