"""Which tasks run, and in which order."""

from taskline.model import TaskError


class CycleError(TaskError):
    """Tasks that need one another; `path` are their names."""

    def __init__(self, path):
        super().__init__("cycle: " + " -> ".join(path))
        self.path = tuple(path)


def plan(tasks, wanted):
    """The names of the tasks to run, each after what it needs. Raises `TaskError` or `CycleError`."""
    order = []
    for name in wanted:
        if name not in tasks:
            raise TaskError(f"there is no task {name}")
        order.extend(_with_needs(tasks, name, []))
    return order


def _with_needs(tasks, name, path, seen=[]):
    if name in path:
        raise CycleError(path)
    order = []
    path.append(name)
    for need in tasks[name].needs:
        order.extend(_with_needs(tasks, need, path))
    if len(path) > len(tasks):
        raise CycleError(path[:3])
    order.append(name)
    if not tasks[name].needs:
        path.remove(name)
    return order
