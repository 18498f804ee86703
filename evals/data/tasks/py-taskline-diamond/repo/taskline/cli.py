"""`taskline run NAME...` and `taskline list`."""

import argparse
import sys
from pathlib import Path

from taskline.model import TaskError, load
from taskline.order import plan
from taskline.runner import run, shell


def main(argv=None, execute=shell):
    parser = argparse.ArgumentParser(prog="taskline")
    parser.add_argument("--file", type=Path, default=Path("tasks.json"))
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run")
    running.add_argument("names", nargs="+")
    running.add_argument("--keep-going", action="store_true")
    commands.add_parser("list")
    options = parser.parse_args(argv)
    try:
        tasks = load(options.file.read_text(encoding="utf-8"))
        if options.command == "list":
            print("\n".join(tasks))
            return 0
        order = plan(tasks, options.names)
    except (OSError, TaskError) as error:
        print(f"taskline: {error}", file=sys.stderr)
        return 2
    results = run(tasks, order, execute, options.keep_going)
    for result in results:
        print(f"{result.status:8} {result.name}")
    return 0 if all(result.status == "done" for result in results) else 1
