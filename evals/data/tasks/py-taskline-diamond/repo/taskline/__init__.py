"""Run tasks in the order of their needs."""

from taskline.model import Task, TaskError, load
from taskline.order import CycleError, plan
from taskline.runner import Result, run

__all__ = ["CycleError", "Result", "Task", "TaskError", "load", "plan", "run"]
