"""A repository like a large real one, always the same: 2,800 Python files, 40 MB, one commit."""

import random
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

FILES = 2800
BYTES = 40 << 20

_GIT = ("init -q -b main", "add -A", "-c user.name=x -c user.email=x@x -c gc.auto=0 commit -q -m base")


def generate(folder: Path, files: int = FILES, size: int = BYTES) -> None:
    """Fill the folder and commit."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz_", k=chance.randint(3, 10))) for _ in range(5000)]
    for number in range(files):
        path = folder / f"package{number % 40:02}" / f"part{number % 7}" / f"module_{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = (f"v_{at} = '{' '.join(chance.choices(words, k=8))}'" for at in range(size // files // 65))
        path.write_text("\n".join(lines) + "\n")
    tests = folder / "tests" / "test_generated.py"
    tests.parent.mkdir()
    tests.write_text("def test_true() -> None:\n    assert True\n")
    (folder / "pyproject.toml").write_text('[project]\nname = "generated"\nversion = "1.0"\n')
    commit(folder)


def commit(folder: Path) -> None:
    """Make a repository of what lies there."""
    for command in _GIT:
        subprocess.run(["git", "-C", str(folder), *command.split()], check=True)


@contextmanager
def place(files: int = FILES, size: int = BYTES) -> Generator[Path]:
    """A folder of its own with the generated repository in `source`."""
    with tempfile.TemporaryDirectory(prefix="patchwright-bench-") as folder:
        (Path(folder) / "source").mkdir()
        generate(Path(folder) / "source", files, size)
        yield Path(folder)
