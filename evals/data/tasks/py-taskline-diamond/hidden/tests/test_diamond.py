import itertools
import json

import pytest

from taskline import CycleError, load, plan
from taskline.cli import main


def tasks(**needs):
    return load(json.dumps({name: {"needs": list(of), "run": name} for name, of in needs.items()}))


BUILD = {"fetch": [], "compile": ["fetch"], "lint": ["fetch"], "docs": ["fetch", "lint"], "package": ["compile", "docs"]}


def test_a_shared_need_runs_once():
    assert plan(tasks(a=["b", "c"], b=["d"], c=["d"], d=[]), ["a"]) == ["d", "b", "c", "a"]


def test_the_build_of_the_issue_is_no_cycle():
    assert plan(tasks(**BUILD), ["package"]) == ["fetch", "compile", "lint", "docs", "package"]


def test_several_wanted_tasks_share_what_they_need():
    assert plan(tasks(**BUILD), ["package", "fetch"]) == ["fetch", "compile", "lint", "docs", "package"]
    assert plan(tasks(**BUILD), ["lint", "compile", "lint"]) == ["fetch", "lint", "compile"]


def test_needs_with_needs_of_their_own_are_no_cycle():
    deep = tasks(a=["b", "c"], b=["x"], c=["b", "x"], x=["y"], y=[])
    assert plan(deep, ["a"]) == ["y", "x", "b", "c", "a"]


def test_a_cycle_is_told_from_its_first_task_to_the_same():
    with pytest.raises(CycleError) as told:
        plan(tasks(**{**BUILD, "fetch": ["package"]}), ["package"])
    assert told.value.path == ("package", "compile", "fetch", "package")
    assert str(told.value) == "cycle: package -> compile -> fetch -> package"


def test_what_leads_to_a_cycle_is_no_part_of_it():
    with pytest.raises(CycleError) as told:
        plan(tasks(a=["b"], b=["c"], c=["d"], d=["c"]), ["a"])
    assert told.value.path == ("c", "d", "c")


def test_a_task_that_needs_itself_is_a_cycle():
    with pytest.raises(CycleError) as told:
        plan(tasks(a=["a"]), ["a"])
    assert told.value.path == ("a", "a")


def test_plans_do_not_depend_on_earlier_plans():
    graph = tasks(**BUILD)
    assert [plan(graph, ["docs"]) for _ in range(3)] == [["fetch", "lint", "docs"]] * 3


def test_a_ladder_of_diamonds_is_planned_at_once():
    names = [f"t{n}" for n in range(60)]
    needs = {name: names[n + 1 : n + 3] for n, name in enumerate(names)}
    assert len(plan(tasks(**needs), ["t0"])) == 60


def test_each_task_comes_after_what_it_needs_whatever_is_wanted():
    graph = tasks(**BUILD)
    for wanted in itertools.permutations(BUILD, 2):
        order = plan(graph, list(wanted))
        assert len(order) == len(set(order))
        assert all(order.index(need) < order.index(name) for name in order for need in graph[name].needs)


def test_the_command_line_runs_each_once(tmp_path, capsys):
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps({name: {"needs": needs, "run": name} for name, needs in BUILD.items()}))
    done = []
    assert main(["--file", str(path), "run", "package", "fetch"], lambda command: done.append(command) or 0) == 0
    assert done == ["fetch", "compile", "lint", "docs", "package"]
