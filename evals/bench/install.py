"""How much a default installation weighs: a fresh virtual environment with this checkout and no extras.

python -m patchwright.evals.bench.install
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from patchwright.evals.bench.figures import Figure, table

TARGET_MB = 220
SHOWN = 12
SOURCE = Path(__file__).resolve().parents[2]


LEFT_OUT = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "tests")


def installed(folder: Path, source: Path = SOURCE) -> Path:
    """Make the environment beside a copy of the sources, which a build writes into; its site-packages."""
    copy = shutil.copytree(source, folder.with_name("sources"), ignore=LEFT_OUT)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, str(copy)], check=True)
    return next((folder / "lib").glob("python3*/site-packages"))


def size_on_disk(folder: Path) -> float:
    """MB that the files take on the disk, as `du` counts; a file with several names counts once."""
    seen: dict[int, int] = {}
    for root, _, names in os.walk(folder):
        for status in (Path(root, name).lstat() for name in names):
            seen[status.st_ino] = 512 * status.st_blocks
    return sum(seen.values()) / 2**20


def by_distribution(site: Path) -> Counter[str]:
    """Bytes on disk of each installed distribution, bytecode included."""
    sizes = Counter[str]()
    for one in distributions(path=[str(site)]):
        sizes[one.metadata["Name"]] = sum(_blocks(one, str(file)) for file in one.files or ())
    return sizes


def _blocks(one: Distribution, file: str) -> int:
    path = Path(str(one.locate_file(file)))
    return 512 * path.stat().st_blocks if path.exists() else 0


def figures(folder: Path, source: Path = SOURCE) -> Iterator[Figure]:
    """The whole, and the heaviest parts."""
    site = installed(folder, source)
    sizes = by_distribution(site)
    empty = size_on_disk(site / "pip") if (site / "pip").exists() else 0.0
    beside = f"pip alone, in every environment: {empty:.0f} MB; {len(sizes)} distributions"
    yield Figure("a default installation", size_on_disk(folder), "MB", TARGET_MB, beside)
    for name, size in sizes.most_common(SHOWN):
        yield Figure(f"of it {name}", size / 2**20, "MB")


def report() -> str:
    """Measure; the table."""
    with tempfile.TemporaryDirectory(prefix="patchwright-bench-") as folder:
        return table("Installation", figures(Path(folder) / "venv"))


def main() -> None:
    """Measure and print the table."""
    print(report())


if __name__ == "__main__":
    main()
