"""Processes that drive runs: begun again when they die, given up after some tries, never two at once."""

import time
from pathlib import Path

from patchwright.api.tui.workers import Need, Workers


def until_dead(workers: Workers) -> list[str]:
    """What is told until there is nothing left to tend."""
    told = list[str]()
    deadline = time.monotonic() + 20
    while workers.busy and time.monotonic() < deadline:
        told += workers.tend()
        time.sleep(0.05)
    return told


def test_a_process_that_dies_is_replaced_and_after_three_a_person_is_told_what_it_said(tmp_path: Path) -> None:
    count = tmp_path / "count"
    script = f"echo $0 >> {count}; echo it broke >&2; kill -9 $$"
    workers = Workers(tmp_path / "w", lambda run_id, begun: "work", ("sh", "-c", script))
    workers.submit("a" * 32)
    (words,) = until_dead(workers)
    assert "it broke" in words
    assert count.read_text().split() == ["a" * 32] * 3


def test_a_run_in_other_hands_is_waited_for_and_one_at_rest_is_let_go(tmp_path: Path) -> None:
    needs: list[Need] = ["held", "held", "work", "rest"]
    begun = list[bool]()

    def need(run_id: str, was_begun: bool) -> Need:
        begun.append(was_begun)
        return needs.pop(0)

    workers = Workers(tmp_path / "w", need, ("true",))
    workers.submit("b" * 32)
    assert until_dead(workers) == []
    assert begun == [False, False, False, True]
