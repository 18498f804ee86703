import json

from taskline import load, run
from taskline.cli import main

TEXT = json.dumps({"a": {"run": "one"}, "b": {"run": "two", "needs": ["a"]}, "c": {"run": "three"}})


def test_a_failure_stops_the_run():
    tasks = load(TEXT)
    assert [result.status for result in run(tasks, ["a", "b", "c"], lambda command: command == "one")] == ["failed"]


def test_keep_going_skips_what_needs_the_failed_task():
    tasks = load(TEXT)
    results = run(tasks, ["a", "b", "c"], lambda command: command == "one", keep_going=True)
    assert [result.status for result in results] == ["failed", "skipped", "done"]


def test_the_command_line(tmp_path, capsys):
    path = tmp_path / "tasks.json"
    path.write_text(TEXT)
    done = []
    assert main(["--file", str(path), "run", "b"], lambda command: done.append(command) or 0) == 0
    assert done == ["one", "two"]
    assert main(["--file", str(path), "list"]) == 0
    assert capsys.readouterr().out.split() == ["done", "a", "done", "b", "a", "b", "c"]
    assert main(["--file", str(path), "run", "z"]) == 2
