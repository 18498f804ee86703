"""The bench of the index runs, on a small repository; nothing here is about how long something takes."""

import subprocess
import sys
from pathlib import Path

from patchwright.evals.bench import index
from patchwright.evals.bench.index import Place, cloned, memory_of
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


def test_memory_counts_the_processes_below(tmp_path: Path) -> None:
    code = "import time; held = b'x' * 50_000_000; time.sleep(0.3)"
    assert 50 < memory_of(lambda: subprocess.run([sys.executable, "-c", code], check=True)) < 100
