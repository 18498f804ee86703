"""What dead runs leave is found by label, and nothing else (REL-03)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from patchwright.sandbox.reaper import dead_volumes, find_leftovers, reap
from tests.sandbox.places import INSTANCE, MadeTree, docker_sandboxes, spec

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def volume(name: str, run: str, tree: str = "", marks: str = "", days_old: int = 0) -> dict[str, Any]:
    labels = {"patchwright.run": run, "patchwright.tree": tree} | ({"patchwright.volume": marks} if marks else {})
    return {"Name": name, "Labels": labels, "CreatedAt": (NOW - timedelta(days=days_old)).isoformat()}


def names(volumes: list[dict[str, Any]]) -> list[str]:
    return [one.name for one in dead_volumes(volumes, lambda run: run == "alive", NOW - timedelta(days=7))]


def test_an_unfinished_tree_goes_when_its_run_is_over() -> None:
    assert names([volume("t-1", "dead", "t"), volume("u-1", "alive", "u")]) == ["t-1"]


def test_a_complete_tree_stays_for_a_week_and_then_goes_after_its_marker() -> None:
    def pair(days: int) -> list[dict[str, Any]]:
        return [volume("t-1", "dead", "t", days_old=days), volume("t", "dead", "t", marks="t-1", days_old=days)]

    assert names(pair(6)) == []
    assert names(pair(8)) == ["t", "t-1"]


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
