"""Patches onto a base: the ladder of the field, in our own clone."""

from pathlib import Path

import pytest

from patchwright.evals.fuzzy import DoesNotFit, patched, read_patch
from patchwright.evals.patching import Applied, PatchRefused, apply_patch, touched
from patchwright.sandbox.repository import Repository
from patchwright.sandbox.source import open_source
from tests.sandbox.repositories import make

LINES = "".join(f"line {number}\n" for number in range(1, 21))
PATCH = """--- a/a.txt
+++ b/a.txt
@@ -9,5 +9,5 @@
 line 9
 line 10
-line 11
+LINE 11
 line 12
 line 13
"""


@pytest.fixture
def cloned(tmp_path: Path) -> tuple[Repository, str]:
    make(tmp_path / "work", {"a.txt": LINES.encode(), "b.txt": b"b\n"})
    return open_source(str(tmp_path / "work"), cache=tmp_path / "cache")


def applied(cloned: tuple[Repository, str], patch: str) -> tuple[Applied, str]:
    found = apply_patch(*cloned, patch, author="m")
    return found, cloned[0].tree(found.commit).read("a.txt").decode()


def test_what_git_takes_is_taken_by_git(cloned: tuple[Repository, str]) -> None:
    found, text = applied(cloned, PATCH)
    assert (found.rung, "LINE 11\n" in text) == ("git apply", True)


@pytest.mark.parametrize(
    "worn",
    [
        PATCH.replace(" line 9\n", " line nine\n"),
        PATCH.replace(" line 10\n", " another\n").replace(" line 13\n", " and another\n"),
    ],
)
def test_worn_context_is_what_the_last_rung_is_for(cloned: tuple[Repository, str], worn: str) -> None:
    found, text = applied(cloned, worn)
    assert (found.rung, text) == ("patch --fuzz=5", LINES.replace("line 11", "LINE 11"))


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        (PATCH.replace("-line 11", "-line eleven"), "has no place"),
        (PATCH.replace("a.txt", "gone.txt"), "there is no file gone.txt"),
        ("hello", "no unified diff"),
        (PATCH[:-30], "ends within a hunk"),
        (PATCH.replace("b/a.txt", "b/../out.txt").replace("a/a.txt", "a/../out.txt"), "out.txt"),
        ("--- /dev/null\n+++ b/.git/hooks/x\n@@ -0,0 +1,1 @@\n+x\n", ".git/hooks/x"),
        ("--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1,1 @@\n+x\n", "already"),
        ("diff --git a/x b/x\nGIT binary patch\nliteral 99999999999\nzcmV\n", "unpacks to more than"),
    ],
)
def test_what_does_not_apply_is_refused_with_the_reason(cloned: tuple[Repository, str], patch: str, why: str) -> None:
    with pytest.raises(PatchRefused, match=why):
        applied(cloned, patch)


def test_several_hunks_move_together_and_keep_the_end_of_the_file() -> None:
    patch = (
        b"--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n a\n+new\n b\n@@ -4,2 +5,2 @@\n d\n-e\n\\ No newline at end of file\n+E\n"
    )
    (file,) = read_patch(patch)
    assert patched(b"zero\na\nb\nc\nd\ne", file.hunks) == b"zero\na\nnew\nb\nc\nd\nE\n"


def test_hunks_may_not_overlap() -> None:
    (file,) = read_patch(b"--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n-a\n+b\n@@ -1,1 +1,1 @@\n-a\n+c\n")
    with pytest.raises(DoesNotFit, match="hunk 2"):
        patched(b"a\n", file.hunks)


def test_the_paths_of_a_patch_are_those_it_names() -> None:
    patch = PATCH + "rename from old.py\nrename to new.py\n--- /dev/null\n+++ b/made.py\n"
    assert touched(patch) == {"a.txt", "old.py", "new.py", "made.py"}
