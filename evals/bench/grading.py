"""What grading costs beside the tests' own time, what a second worker is worth, and what a report of 500 takes.

python -m patchwright.evals.bench.grading
"""

import io
import json
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from patchwright.agent.run import Usage
from patchwright.evals.bench.figures import Figure, quantile, table, timed
from patchwright.evals.bench.sandbox import made_tree
from patchwright.evals.grading import grade
from patchwright.evals.harness import Order, grade_all
from patchwright.evals.instance import Dataset, Instance, Prediction
from patchwright.evals.own import read_task
from patchwright.evals.places import Place
from patchwright.evals.rows import Row
from patchwright.sandbox.base import Limits, Spec
from patchwright.sandbox.docker import DockerSandboxes
from patchwright.sandbox.images import ensure_image

INSTANCES = 8
RECORDED = 500
MESSAGES, CHARACTERS = 40, 2_000
"""Of one recorded trajectory."""

CODE = "def add(a, b):\n    return a - b\n"
PATCH = "--- a/calc.py\n+++ b/calc.py\n@@ -1,2 +1,2 @@\n def add(a, b):\n-    return a - b\n+    return a + b\n"
TEST = """from calc import add


def test_add():
    until = __import__("time").process_time() + {busy}
    while __import__("time").process_time() < until:
        pass
    assert add(2, 3) == 5
"""
TOML = 'instance_id = "{name}"\nlanguage = "python"\nfail_to_pass = ["tests/test_add.py::test_add"]\n'


def instances(folder: Path, busy: float) -> list[Instance]:
    """Trivial tasks whose test takes so many seconds of processor time."""
    return [_task(folder / f"trivial-{number}", busy) for number in range(INSTANCES)]


def _task(folder: Path, busy: float) -> Instance:
    files = {
        "repo/calc.py": CODE,
        "hidden/tests/test_add.py": TEST.format(busy=busy),
        "task.toml": TOML.format(name=folder.name),
        "issue.md": "add subtracts",
        "reference.patch": PATCH,
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return read_task(folder)


def gold(one: Instance) -> Prediction:
    """The reference as a prediction."""
    return Prediction(instance_id=one.instance_id, model_name_or_path="gold", model_patch=one.patch)


def overhead(place: Place, tasks: Sequence[Instance], image: str) -> Figure:
    """Seconds of a grade outside its tests, warm, beside the bare loop and the calls of the official harness."""
    grade(tasks[0], gold(tasks[0]), place)
    grades = [grade(one, gold(one), place) for one in tasks]
    if not all(one.resolved for one in grades):
        raise RuntimeError(f"A trivial task was not resolved: {grades}")
    spent = [one.seconds - one.test_seconds for one in grades]
    bare = quantile(timed(lambda: _bare(image), 5)) / 1000
    official = quantile(timed(lambda: _official(image), 2, warm=0)) / 1000
    beside = f"create, tar in, run, kill: {bare:.2f} s; the official harness's calls: {official:.1f} s"
    return Figure("grading one instance, without its tests", quantile(spent), "s", 0.7, beside)


def _bare(image: str) -> None:
    spec = Spec(image=image, run_id="bench", phase="verifying")
    with DockerSandboxes("bench").open(spec, made_tree(10, 10_000)) as sandbox:
        sandbox.run(["true"], timeout=60)


def _official(image: str) -> None:
    """What `swebench.harness.run_evaluation` asks of the engine for one instance, with nothing to run in it."""
    import docker

    client = docker.from_env()
    made: Any = client.containers.create(image, command=["tail", "-f", "/dev/null"], user="root")
    try:
        made.start()
        for name in ("patch.diff", "eval.sh"):
            made.put_archive("/tmp", _archive(name, b"true\n"))
            made.exec_run(["/bin/bash", "-c", f"true /tmp/{name}"])
        made.stop(timeout=15)
    finally:
        made.remove(force=True)
        client.close()


def _archive(name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def workers(place: Place, tasks: Sequence[Instance], folder: Path) -> Figure:
    """The time of two workers as a part of that of one; 1 / 1.7 at most."""
    dataset = Dataset(name="trivial", instances=tuple(tasks))
    predictions = [gold(one) for one in tasks]
    seconds: list[float] = []
    for count in (1, 2):
        began = time.perf_counter()
        order = Order(dataset, predictions, folder / str(count), "bench", count, fresh=True)
        grade_all(order, place, lambda found: None)
        seconds.append(time.perf_counter() - began)
    beside = f"one: {seconds[0]:.1f} s, two: {seconds[1]:.1f} s for {INSTANCES} instances"
    return Figure("two workers' time, as a part of one's", seconds[1] / seconds[0], "", 1 / 1.7, beside)


def recorded(folder: Path) -> None:
    """The folder of an evaluation with 500 attempts in two configurations."""
    text = "A line of what somebody said, <b>as it is</b>.\n" * (CHARACTERS // 47)
    messages = [{"role": "tool", "content": text, "extra": {"patchwright_role": "editor"}} for _ in range(MESSAGES)]
    for number in range(RECORDED):
        setup = "ab"[number % 2]
        place = folder / "jobs" / setup / f"case-{number // 2}.1"
        place.mkdir(parents=True)
        row = Row(
            setup=setup,
            instance_id=f"case-{number // 2}",
            attempt=1,
            repo=f"owner/repository-{number % 12}",
            resolved=number % 3 == 0,
            failure="" if number % 3 == 0 else "tests fail",
            outcome="patch",
            verdict="verified",
            patch=PATCH * 20,
            usage=Usage(requests=40, tokens_in=400_000, tokens_out=9_000, money=0.4),
            seconds=300.0,
        )
        (place / "row.json").write_text(row.model_dump_json())
        (place / "traj.json").write_text(json.dumps({"messages": messages}))


def reporting(folder: Path) -> list[Figure]:
    """Seconds and memory of the command that makes words and page of 500 attempts."""
    recorded(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*.json")) >> 20
    program = [sys.executable, "-c", "from patchwright.api.entry import main; main()"]
    began = time.perf_counter()
    command = [*program, "eval", "compare", str(folder), "--html", str(folder / "p.html")]
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    page = (folder / "p.html").stat().st_size >> 20
    return [
        Figure(f"report and page of {RECORDED} attempts", seconds, "s", 10, f"{size} MB of records, {page} MB of page"),
        Figure("its memory at most", memory, "MB", 300),
    ]


def report() -> str:
    """All figures of grading."""
    image = ensure_image("python")
    with tempfile.TemporaryDirectory(prefix="patchwright-bench-") as name:
        folder = Path(name)
        place = Place(
            cache=folder / "cache",
            sandboxes=DockerSandboxes("bench"),
            prepare_image=lambda _wanted, _say: image,
            limits=Limits(),
            say=lambda _text: None,
        )
        figures = [
            *reporting(folder / "recorded"),
            overhead(place, instances(folder / "idle", 0.0), image),
            workers(place, instances(folder / "busy", 1.0), folder / "out"),
        ]
    return table("Grading and reporting", figures)


if __name__ == "__main__":
    print(report())
