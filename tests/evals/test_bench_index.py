"""The bench of the index runs, on a small repository; nothing here is about how long something takes."""

import subprocess
import sys
from pathlib import Path

from patchwright.evals.bench import index, retrieval
from patchwright.evals.bench.index import Place, cloned
from tests.sandbox.repositories import make


def place(folder: Path) -> Place:
    make(
        folder / "source",
        {
            "a.py": b"def in_bulk(ids): pass\n",
            "b.py": b"from a import in_bulk\n\n\ndef parse_date(): return in_bulk(1)\n",
        },
    )
    return cloned(folder / "source", folder / "cache")


def test_the_index_is_measured(tmp_path: Path) -> None:
    found = {one.name: one.value for one in index.figures(place(tmp_path), 1, 1)}
    assert all(value > 0 for value in found.values()), found
    assert len(found) == 10


MEASURED = """
import subprocess, sys
from patchwright.evals.bench.index import memory_of
held = "import time; held = b'x' * 50_000_000; time.sleep(0.3)"
print(memory_of(lambda: subprocess.run([sys.executable, "-c", held], check=True)))
"""


def test_memory_counts_the_processes_below() -> None:
    """Measured from a process of its own: this one may have others below it."""
    found = subprocess.run([sys.executable, "-c", MEASURED], check=True, capture_output=True, text=True)
    assert 50 < float(found.stdout) < 100


ASKING = b'''"""A module."""


@cached
def half_up(value):
    """Round to the nearest
    whole number. More.

    Even more.
    """
    return int(value + 0.5)


class Shop:
    """A place to buy things in."""

    async def open_door(self): "Open the door of the shop."; self.door.open()
'''


def test_docstrings_ask_and_are_gone_from_what_answers(tmp_path: Path) -> None:
    questions, left = retrieval.asked("shop/a.py", ASKING.decode())
    assert [(one.text, one.line) for one in questions] == [
        ("Round to the nearest whole number", 5),
        ("Open the door of the shop.", 17),
    ]
    assert b"Round" not in left and b"More" not in left and b"buy" not in left
    assert left.count(b"\n") == ASKING.count(b"\n")
    compile(left, "a.py", "exec")
    assert retrieval.places(tmp_path / "i.sqlite", {"shop/a.py": ASKING.decode()}) == [retrieval.SHOWN, 0]


def test_found_shares_are_told_for_each_package(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "a.py").write_bytes(ASKING)
    assert [one.value for one in retrieval.figures(tmp_path, ("shop",))] == [50, 50]
