"""A small task and ways to get it graded."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from patchwright.evals.instance import Instance, Prediction
from patchwright.evals.own import read_task
from patchwright.evals.places import Place
from patchwright.sandbox.base import Limits
from patchwright.sandbox.docker import DockerSandboxes
from patchwright.sandbox.images import ensure_image
from tests.sandbox.repositories import git, make, write

CODE = "def add(a, b):\n    return a - b\n\n\ndef one():\n    return 1\n"
FIXED = CODE.replace("a - b", "a + b")
SEEN = "from calc import one\n\n\ndef test_one():\n    assert one() == 1\n"
HIDDEN = "from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n\n\ndef test_zero():\n    assert add(0, 0) == 0\n"
TASK = """
instance_id = "tiny"
language = "python"
title = "add subtracts"
fail_to_pass = ["tests/test_add.py::test_add"]
pass_to_pass = ["tests/test_add.py::test_zero", "tests/test_one.py::test_one"]
"""
BASE = {"calc.py": CODE, "tests/test_one.py": SEEN, "pyproject.toml": '[project]\nname = "calc"\nversion = "1"\n'}


def patch_of(folder: Path, change: Mapping[str, str | None], base: Mapping[str, str] = BASE) -> str:
    """A diff as git makes it, from the base to what it becomes."""
    make(folder, {path: text.encode() for path, text in base.items()})
    for path, text in change.items():
        if text is None:
            (folder / path).unlink()
        else:
            write(folder, {path: text.encode()})
    git(folder, "add", "-A", "-f")
    return git(folder, "diff", "--cached", "--binary").decode()


def task(folder: Path, toml: str = TASK, base: Mapping[str, str] = BASE) -> Instance:
    files = {f"repo/{path}": text.encode() for path, text in base.items()}
    fixed = patch_of(folder.parent / f"{folder.name}-fixed", {"calc.py": FIXED}, base)
    own = {"task.toml": toml, "issue.md": "add(2, 3) gives -1", "hidden/tests/test_add.py": HIDDEN}
    write(folder, files | {name: text.encode() for name, text in own.items()} | {"reference.patch": fixed.encode()})
    return read_task(folder)


def prediction(patch: str | None, outcome: str = "") -> Prediction:
    return Prediction(instance_id="tiny", model_name_or_path="some/model", model_patch=patch, outcome=outcome)


def place(folder: Path, mirror: Path | None = None) -> Place:
    return Place(
        cache=folder,
        sandboxes=DockerSandboxes("eval-tests"),
        prepare_image=lambda _wanted, _say: python_image(),
        limits=Limits(),
        say=lambda _text: None,
        mirror=mirror,
    )


@cache
def python_image() -> str:
    return ensure_image("python")


def mirrored(folder: Path, files: Mapping[str, str]) -> str:
    """A bare clone `someone+calc` in the folder; the commit in it."""
    commit = make(folder / "work", {path: text.encode() for path, text in files.items()})
    git(folder / "work", "clone", "-q", "--bare", ".", str(folder / "someone+calc"))
    return commit
