"""Old projects to a newer platform by `patchwright transform`: a table, each row graded apart from the run.

python -m patchwright.evals.transform [--to java-17 | python-3.13] [--into FOLDER] [PROJECT...]

What is done stays in the folder: another call goes on, or prints the same table again.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from patchwright.evals.migrating import MAJORS
from patchwright.evals.migration import Grade, grade
from patchwright.evals.pythonmigration import grade_python
from patchwright.evals.reportfiles import write_whole
from patchwright.evals.sdist import LARGEST_ARCHIVE, SdistRefused, fetch_sdist, get, unpack
from patchwright.sandbox.base import Sandboxes

SECONDS = 3600
GIT = ("git", "-c", "user.name=eval", "-c", "user.email=eval@localhost")


@dataclass(frozen=True, slots=True)
class Platform:
    """What projects are moved to, how their result is graded, and how the table speaks of it.

    `data` lists the projects, `suffix` and `part` tell their sources, `manifest` is counted, `tests` is the name of
    the check that runs the tests.
    """

    definition: str
    data: str
    suffix: str
    part: str
    manifest: str
    tests: str
    grader: str

    @property
    def head(self) -> tuple[str, ...]:
        """The table's first line."""
        name = self.definition
        return ("project", "kLOC", self.manifest, f"before, {name}", "after recipes", "verdict", self.grader, "s")

    def grade(self, sandboxes: Sandboxes, image: str, base: Path, result: Path, tests_before: int) -> Grade:
        """The result judged apart from the run that made it."""
        if self.definition in MAJORS:
            major = MAJORS[self.definition]
            return grade(sandboxes, image, base, result, major=major, tests_before=tests_before)
        return grade_python(sandboxes, image, base, result)


MINIMAL = "MigrationBench's minimal check"
PLATFORMS = {
    one.definition: one
    for one in (
        *(Platform(name, "java8.toml", ".java", "/src/", "pom.xml", "maven verify", MINIMAL) for name in MAJORS),
        *(
            Platform(name, "python.toml", ".py", "/", "__init__.py", "pytest", "our grader")
            for name in ("python-3.11", "python-3.13")
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Project:
    """A source archive at a pinned hash; without `url` it is the release's in the user's package index."""

    name: str
    version: str
    sha256: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one project. `false_green`: the run called it verified and the grader does not."""

    cells: tuple[str, ...]
    migrated: bool
    false_green: bool


def projects(platform: Platform, names: Sequence[str] = ()) -> list[Project]:
    """The pinned projects, or those of these names."""
    data = resources.files("patchwright.evals").joinpath(f"data/{platform.data}").read_text("utf-8")
    found = [Project(**row) for row in tomllib.loads(data)["project"]]
    return [one for one in found if not names or one.name in names]


def fetch(project: Project, folder: Path) -> Path:
    """The unpacked project as a git repository with one commit. Raises `SdistRefused`."""
    top = _unpacked(project, folder / project.name)
    (top / ".gitignore").unlink(missing_ok=True)  # of an archive every file counts
    for command in (("init", "-q"), ("add", "-A", "--force"), ("commit", "-q", "--no-verify", "-m", "base")):
        subprocess.run([*GIT, *command], cwd=top, check=True, capture_output=True, timeout=120)
    return top


def _unpacked(project: Project, folder: Path) -> Path:
    if not project.url:
        return fetch_sdist(project.name, project.version, project.sha256, folder)
    data = get(project.url, LARGEST_ARCHIVE, {})
    if hashlib.sha256(data).hexdigest() != project.sha256:
        raise SdistRefused(f"The archive at {project.url} is not the one that was pinned: it is not used.")
    return unpack(data, project.url, folder)


def transform(project: Project, platform: Platform, folder: Path, sandboxes: Sandboxes) -> Row:
    """Fetch, run, grade: one row of the table."""
    try:
        base = fetch(project, folder)
    except SdistRefused as refused:
        return Row((project.name, "", "", str(refused), "", "", "", ""), migrated=False, false_green=False)
    began = time.monotonic()
    state = folder / project.name / "state"
    run = _patchwright(state, "transform", str(base), platform.definition, "--yes", "--no-model")
    seconds = time.monotonic() - began
    report = _patchwright(state, "report", "last") if run.get("outcome") else {}
    graded = _graded(report, base, state, platform, sandboxes) if report.get("files") else Grade(("no patch",), 0)
    return _row(project, platform, base, run, report, graded, seconds)


def _patchwright(state: Path, *arguments: str) -> dict[str, Any]:
    """What a command of ours says as JSON; empty if it said nothing that can be read."""
    program = Path(sys.executable).parent / "patchwright"
    env = {**os.environ, "PATCHWRIGHT_STATE": str(state)}
    done = subprocess.run([program, *arguments, "--json"], env=env, capture_output=True, timeout=SECONDS, check=False)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"reason": done.stderr.decode("utf-8", "replace")[-300:]}
    return found


def _graded(report: dict[str, Any], base: Path, state: Path, platform: Platform, sandboxes: Sandboxes) -> Grade:
    """The result as a checkout of its own, built and compared apart from the run."""
    result = base.parent / "result"
    subprocess.run(["git", "clone", "-q", str(base), str(result)], check=True, capture_output=True, timeout=120)
    patch = next(state.glob("patches/*.diff"), None) or _write_patch(state)
    subprocess.run([*GIT, "apply", "--index", str(patch)], cwd=result, check=True, capture_output=True, timeout=120)
    subprocess.run([*GIT, "commit", "-q", "-m", "result"], cwd=result, check=True, capture_output=True, timeout=120)
    before = max((check["before_total"] for check in report["checks"]), default=0)
    return platform.grade(sandboxes, report["image"], base, result, before)


def _write_patch(state: Path) -> Path:
    program = Path(sys.executable).parent / "patchwright"
    env = {**os.environ, "PATCHWRIGHT_STATE": str(state)}
    done = subprocess.run([program, "diff", "last"], env=env, capture_output=True, timeout=120, check=True)
    path = state / "result.diff"
    path.write_bytes(done.stdout)
    return path


def _row(
    project: Project,
    platform: Platform,
    base: Path,
    run: dict[str, Any],
    report: dict[str, Any],
    graded: Grade,
    seconds: float,
) -> Row:
    sources = [path for path in base.rglob(f"*{platform.suffix}") if platform.part in f"/{path}" and path.is_file()]
    lines = sum(path.read_bytes().count(b"\n") for path in sources)
    verdict = str(run.get("verdict") or "none")
    reasons = "; ".join(report.get("reasons", ())) or str(run.get("reason", ""))
    cells = (
        f"{project.name} {project.version}",
        f"{lines / 1000:.1f}",
        str(len(list(base.rglob(platform.manifest)))),
        _side(report, platform, "before"),
        _side(report, platform, "after"),
        verdict + (f": {reasons[:160]}" if verdict != "verified" else ""),
        "; ".join(graded.reasons) or f"migrated, {graded.tests} tests",
        f"{seconds:.0f}",
    )
    migrated = not graded.reasons
    return Row(cells, migrated, false_green=verdict == "verified" and not migrated)


def _side(report: dict[str, Any], platform: Platform, when: str) -> str:
    """What the tests' check said on one side of the patch."""
    tests = [check for check in report.get("checks", ()) if check["name"] == platform.tests]
    if not tests or tests[0][f"{when}_exit"] is None:
        return "not run"
    passed, total = tests[0][f"{when}_passed"], tests[0][f"{when}_total"]
    return f"{passed} of {total} tests" if total else f"exit {tests[0][f'{when}_exit']}"


def table(rows: Sequence[Row], platform: Platform) -> str:
    """The rows in Markdown, with what they add up to."""
    lines = [platform.head, tuple("---" for _ in platform.head), *(row.cells for row in rows)]
    body = "\n".join("| " + " | ".join(re.sub(r"[|\s]+", " ", cell) for cell in line) + " |" for line in lines)
    migrated, false = sum(row.migrated for row in rows), sum(row.false_green for row in rows)
    return f"{body}\n\n{migrated} of {len(rows)} are migrated by {platform.grader}; {false} false green.\n"


def kept(project: Project, platform: Platform, folder: Path, sandboxes: Sandboxes) -> Row:
    """The row that an earlier call left in the folder, else a new one, which is left there."""
    place = folder / f"{project.name}.json"
    if place.exists():
        known: dict[str, Any] = json.loads(place.read_text("utf-8"))
        return Row(tuple(known["cells"]), known["migrated"], known["false_green"])
    row = transform(project, platform, folder, sandboxes)
    write_whole(place, json.dumps(asdict(row)).encode())
    return row


def main(arguments: Sequence[str]) -> int:
    """Print the table row by row and as a whole; status 1 if a green was false."""
    parser = argparse.ArgumentParser(prog="patchwright.evals.transform", description=__doc__)
    parser.add_argument("--to", default="java-17", choices=sorted(PLATFORMS))
    parser.add_argument("--into", type=Path, default=Path(".transform"), help="a folder for all that is made")
    parser.add_argument("names", nargs="*", metavar="PROJECT")
    options = parser.parse_args(arguments)
    from patchwright.sandbox.docker import DockerSandboxes

    platform = PLATFORMS[options.to]
    folder: Path = options.into.resolve() / platform.definition
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for project in projects(platform, options.names):
        rows.append(kept(project, platform, folder, DockerSandboxes("evals")))
        print(" | ".join(rows[-1].cells), file=sys.stderr, flush=True)
    print(table(rows, platform))
    return 1 if any(row.false_green for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
