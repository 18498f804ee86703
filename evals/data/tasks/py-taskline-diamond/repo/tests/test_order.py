import pytest

from taskline import CycleError, TaskError, load, plan


def tasks(**needs):
    return load(__import__("json").dumps({name: {"needs": list(of)} for name, of in needs.items()}))


def test_needs_come_first():
    assert plan(tasks(a=["b"], b=["c"], c=[]), ["a"]) == ["c", "b", "a"]


def test_what_is_not_needed_does_not_run():
    assert plan(tasks(a=["b"], b=[], c=[]), ["a"]) == ["b", "a"]


def test_needs_run_in_the_order_in_which_they_are_named():
    assert plan(tasks(a=["x", "y"], y=[], x=[]), ["a"]) == ["x", "y", "a"]


def test_a_cycle_is_refused():
    with pytest.raises(CycleError):
        plan(tasks(a=["b"], b=["a"]), ["a"])


def test_unknown_tasks_are_refused():
    with pytest.raises(TaskError, match="no task z"):
        plan(tasks(a=[]), ["z"])
    with pytest.raises(TaskError, match="a needs z"):
        tasks(a=["z"])
