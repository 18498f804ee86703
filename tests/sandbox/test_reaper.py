"""What dead runs leave is found by label, and nothing else (REL-03)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from patchwright.sandbox.reaper import dead_volumes, find_leftovers, reap
from patchwright.sandbox.volumes import marker_name, volume_labels
from tests.sandbox.places import INSTANCE, MadeTree, docker_sandboxes, spec

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def volume(name: str, run: str, marks: str = "", layer: str = "", days_old: float = 0, size: int = 0) -> dict[str, Any]:
    labels = {"patchwright.run": run} | ({"patchwright.volume": marks} if marks else {})
    labels |= {"patchwright.layer-of": layer} if layer else {"patchwright.tree": "t", "patchwright.bytes": str(size)}
    return {"Name": name, "Labels": labels, "CreatedAt": (NOW - timedelta(days=days_old)).isoformat()}


def names(volumes: list[dict[str, Any]]) -> list[str]:
    return [one.name for one in dead_volumes(volumes, lambda run: run == "alive", NOW)]


def pair(name: str, days_old: float, run: str = "dead", size: int = 0) -> list[dict[str, Any]]:
    return [volume(f"{name}-1", "dead", days_old=99), volume(name, run, f"{name}-1", days_old=days_old, size=size)]


def test_an_unfinished_tree_goes_when_its_run_is_over_and_so_does_a_layer() -> None:
    assert names([volume("t-1", "dead"), volume("u-1", "alive")]) == ["t-1"]
    assert names([volume("l-1", "dead", layer="t"), volume("l-2", "alive", layer="t")]) == ["l-1"]


def test_a_complete_tree_goes_after_its_marker_when_it_was_not_used_for_a_month() -> None:
    assert names(pair("t", 29)) == []
    assert names(pair("t", 31)) == ["t", "t-1"]
    assert names(pair("t", 31, run="alive")) == []


def test_the_longest_unused_trees_go_when_all_take_too_much_of_the_disk() -> None:
    large = 12 << 30
    assert names([*pair("new", 1, size=large), *pair("old", 2, size=large)]) == ["old", "old-1"]
    assert names([*pair("new", 0, size=large), *pair("old", 0, size=large)]) == [], "both were just used"


@pytest.mark.docker
def test_a_tree_that_is_used_again_is_marked_as_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patchwright.sandbox.volumes.FRESH", timedelta(0))
    sandboxes, tree = docker_sandboxes(), MadeTree({"a": b"a"}, key=f"{INSTANCE} used")
    made: list[str] = []
    for run in ("first", "second"):
        with sandboxes.open(replace(spec(read_only=True), run_id=run), tree) as sandbox:
            assert sandbox.run(["cat", "a"], timeout=5).output == b"a"
        labels = volume_labels(sandboxes.client(), marker_name(tree.key)) or {}
        assert labels["patchwright.run"] == run
        made.append(labels["patchwright.volume"])
    assert made[0] == made[1]


@pytest.mark.docker
def test_containers_and_volumes_of_dead_runs_are_removed_and_those_of_live_ones_stay() -> None:
    client = docker_sandboxes().client()
    client.create_volume(
        f"{INSTANCE}-half",
        labels={"patchwright.instance": INSTANCE, "patchwright.run": "dead", "patchwright.tree": "x"},
    )
    with docker_sandboxes().open(spec(), MadeTree({"a": b"a"})) as sandbox:
        assert [one.name for one in reap(client, INSTANCE, lambda run: run != "dead")] == [f"{INSTANCE}-half"]
        assert sandbox.run(["true"], timeout=5).ok
        assert find_leftovers(client, "somebody else", lambda run: False, datetime.now(UTC)) == []
        (gone,) = [one for one in reap(client, INSTANCE, lambda run: False) if one.kind == "container"]
        assert (gone.kind, gone.run_id) == ("container", spec().run_id)
