"""Of equal complaints in a file the new one is named, not the last one."""

from hypothesis import given
from hypothesis import strategies as st

from patchwright.tools.pairing import MOST, unpaired


def test_lines_that_moved_together_are_the_old_ones() -> None:
    assert unpaired([380], [357, 373]) == [0]
    assert unpaired([10, 20, 30], [3, 13, 23, 33]) == [0]
    assert unpaired([10, 20, 30], [10, 20, 25, 31]) == [2]


def test_where_nothing_tells_the_later_ones_are_new() -> None:
    assert unpaired([], [4, 5]) == [0, 1]
    assert unpaired([10], [10, 10]) == [1]
    assert unpaired([1, 2], [1, 2]) == []
    assert unpaired([1, 2, 3], [2]) == []


def test_more_pairs_than_can_be_weighed_leave_the_last_ones() -> None:
    many = list(range(MOST))
    assert unpaired(many[:-1], many) == [MOST - 1]


@given(st.lists(st.integers(1, 60), max_size=12), st.lists(st.integers(1, 60), max_size=12))
def test_as_many_are_new_as_there_are_more(before: list[int], after: list[int]) -> None:
    left = unpaired(sorted(before), sorted(after))
    assert len(left) == max(0, len(after) - len(before))
    assert left == sorted(set(left))


@given(st.sets(st.integers(1, 300), min_size=1, max_size=10), st.integers(1, 300), st.integers(0, 40))
def test_an_insertion_above_all_moves_all_by_the_same(lines: set[int], more: int, at: int) -> None:
    old = sorted(lines)
    moved = [line + more for line in old]
    assert len(unpaired(old, sorted([*moved, at + 1]))) == 1
