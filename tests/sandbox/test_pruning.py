"""What is kept for the next run is bounded, and nothing that a run needs is ever removed."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.sandbox import dependencies, local
from patchwright.sandbox.base import Spec
from patchwright.sandbox.builds import build, engine, has_image, use_image
from patchwright.sandbox.local import LocalSandboxes
from patchwright.sandbox.pruning import FRESH, UNUSED, Kept, due, lock_of, prune_clones, stale
from patchwright.sandbox.source import open_source
from tests.sandbox.places import INSTANCE, MadeTree, docker_sandboxes, image
from tests.sandbox.repositories import commit_all, make, write

DAY = 86400.0
now = time.time
KEPT = st.builds(Kept, st.text("abc", min_size=1), st.integers(0, 100), st.floats(-60 * DAY, 0))


@given(st.lists(KEPT, unique_by=lambda one: one.name), st.sets(st.sampled_from("abc")), st.integers(0, 200))
def test_the_longest_unused_go_until_the_rest_fits_but_nothing_needed_or_fresh(
    found: list[Kept], needed: set[str], most: int
) -> None:
    gone = stale(found, needed, 0.0, most)
    left = [one for one in found if one not in gone]
    assert not {one.name for one in gone} & needed
    assert all(-one.used > FRESH.total_seconds() for one in gone)
    free = [one for one in left if one.name not in needed and -one.used > FRESH.total_seconds()]
    assert not free or sum(one.size for one in left) <= most
    assert all(-one.used <= UNUSED.total_seconds() for one in free)
    assert not free or max((one.used for one in gone if -one.used <= UNUSED.total_seconds()), default=-1e9) <= min(
        one.used for one in free
    )


def aged(clone: Path, days: float) -> Path:
    used = time.time() - days * DAY
    os.utime(lock_of(clone), (used, used))
    return clone


@pytest.fixture
def clones(tmp_path: Path) -> Callable[[str], Path]:
    def clone(name: str) -> Path:
        make(tmp_path / name, {"a": os.urandom(100_000)})
        return opened(tmp_path, name)

    return clone


def opened(place: Path, name: str) -> Path:
    repository, commit = open_source(str(place / name), cache=place / "cache")
    assert repository.tree(commit).paths() == ("a",)
    repository.close()
    return repository.git_dir


def test_old_clones_go_and_those_that_a_run_needs_or_somebody_fetches_into_stay(
    clones: Callable[[str], Path], tmp_path: Path
) -> None:
    old, needed, held, young = (clones(name) for name in ("old", "needed", "held", "young"))
    for one in (old, needed, held):
        aged(one, 31)
    with lock_of(held).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert [one.name for one in prune_clones(tmp_path / "cache", {needed.name})] == [old.name]
    assert not old.exists() and needed.exists() and held.exists() and young.exists()
    assert list((tmp_path / "cache").glob("gone-*")) == []


def test_when_clones_take_too_much_the_longest_unused_goes_and_comes_again_when_it_is_wanted(
    clones: Callable[[str], Path], tmp_path: Path
) -> None:
    first, second = aged(clones("first"), 2), aged(clones("second"), 1)
    assert [one.name for one in prune_clones(tmp_path / "cache", set(), most=180_000)] == [first.name]
    assert second.exists() and opened(tmp_path, "first") == first
    assert [one.name for one in prune_clones(tmp_path / "cache", set(), most=0)] == [second.name], "first was used now"


def test_it_is_looked_for_once_an_hour(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert [due(cache), due(cache)] == [True, False]
    os.utime(cache / "pruned", (0, 0))
    assert due(cache)


def test_what_a_killed_process_left_half_made_goes_after_a_while(tmp_path: Path) -> None:
    for name in ("new-x", "gone-y", "new-young"):
        (tmp_path / name / "clone").mkdir(parents=True)
    for name in ("new-x", "gone-y"):
        os.utime(tmp_path / name, (0, 0))
    prune_clones(tmp_path, set())
    assert [one.name for one in tmp_path.iterdir()] == ["new-young"]


def test_old_tars_of_a_clone_are_bounded_by_bytes_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("patchwright.sandbox.tarball._KEPT_BYTES", 25_000)
    make(tmp_path / "r", {"a": b"0"})
    for number in range(4):
        repository, commit = open_source(str(tmp_path / "r"), cache=tmp_path / "cache")
        assert b"".join(repository.tree(commit).tar())
        repository.close()
        write(tmp_path / "r", {"a": b"%d" % (number + 1)})
        commit_all(tmp_path / "r")
    (git_dir,) = tmp_path.glob("cache/*.git")
    assert len(list(git_dir.glob("tars/*.tar"))) == 2, "each has 10,240 bytes"


def test_the_folder_of_a_killed_local_sandbox_is_removed_at_the_next_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    script = """
from patchwright.sandbox.base import Spec
from patchwright.sandbox.local import LocalSandboxes
from tests.tools.trees import MemoryTree
with LocalSandboxes().open(Spec("", "run", "executing"), MemoryTree({"a": "a"})):
    print("open", flush=True)
    input()
"""
    ours = LocalSandboxes()
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdout and process.stdout.readline() == b"open\n"
        (folder,) = tmp_path.iterdir()
        monkeypatch.setattr(local, "YOUNG", -1)
        with ours.open(Spec("", "run", "executing"), MadeTree({"a": b"a"})):
            assert folder.exists(), "its process lives"
        process.kill()
    with ours.open(Spec("", "run", "executing"), MadeTree({"a": b"a"})):
        assert not folder.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.docker
def test_images_of_dependencies_that_nobody_used_for_long_are_removed_but_not_those_of_open_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docker_sandboxes()
    names = [f"patchwright/deps:{INSTANCE}-{number}" for number in range(3)]
    with engine() as client:
        for name in names:
            build(client, name, f"FROM {image()}\nLABEL test={name}\n")
        used = {name: client.images.get(name).attrs["Metadata"]["LastTagTime"] for name in names}
        assert use_image(client, names[2]) and not use_image(client, f"{names[0]}-missing")
        assert client.images.get(names[2]).attrs["Metadata"]["LastTagTime"] > used[names[2]]
        others = {tag for one in client.images.list() for tag in one.tags if INSTANCE not in tag}
        monkeypatch.setattr("patchwright.sandbox.dependencies.time.time", lambda: now() + UNUSED.total_seconds() + 60)
        assert dependencies.prune_images(client, {*others, names[1]}) == [names[0], names[2]]
        assert [has_image(client, name) for name in names] == [False, True, False]
        client.images.remove(names[1])
