"""The files of the official harness, in its shapes, so that its tools and leaderboards read ours."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from patchwright.evals.instance import Dataset, Prediction
from patchwright.evals.logs import END, START
from patchwright.evals.verdict import Failure, Grade, Split

LOGS = Path("logs") / "run_evaluation"
ERRORS: frozenset[Failure] = frozenset({"infrastructure", "patch does not apply", "timeout"})
"""What the official harness counts as an error: there was nothing to judge."""

NO_SPLIT: Mapping[str, list[str]] = {"success": [], "failure": []}

APPLIED, NOT_APPLIED = ">>>>> Applied Patch", ">>>>> Patch Apply Failed"
ERRORED, TIMED_OUT = ">>>>> Tests Errored", ">>>>> Tests Timed Out"


def safe(model: str) -> str:
    """A model's name as part of a path: nothing but a plain name."""
    plain = "".join(char if char.isalnum() or char in "._-" else "__" if char == "/" else "-" for char in model)
    return plain.lstrip(".")[:120] or "model"


def place_of(folder: Path, run_id: str, prediction: Prediction) -> Path:
    """Where the files of one instance lie."""
    return folder / LOGS / run_id / safe(prediction.model_name_or_path) / prediction.instance_id


def write_instance(place: Path, prediction: Prediction, grade: Grade) -> None:
    """report.json, test_output.txt, run_instance.log, eval.sh and patch.diff; the report comes last.

    As with the official harness there is no report of what could not be judged.
    """
    place.mkdir(parents=True, exist_ok=True)
    files = {
        "patch.diff": prediction.model_patch or "",
        "eval.sh": f"#!/bin/bash\n{grade.command}\n",
        "test_output.txt": _output(grade),
        "run_instance.log": _log(grade),
    }
    if grade.failure not in ERRORS:
        files["report.json"] = json.dumps({grade.instance_id: report_of(prediction, grade)}, indent=4) + "\n"
    else:
        (place / "report.json").unlink(missing_ok=True)
    for name, text in files.items():
        write_whole(place / name, text.encode("utf-8", "surrogateescape"))


def write_whole(path: Path, data: bytes) -> None:
    """All of a file or nothing: a reader never sees half of it, whenever we are killed."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


def report_of(prediction: Prediction, grade: Grade) -> dict[str, Any]:
    """The object of one instance in its report.json."""
    return {
        "patch_is_None": prediction.model_patch is None,
        "patch_exists": not prediction.empty,
        "patch_successfully_applied": bool(grade.applied),
        "resolved": grade.resolved,
        "infra_failure": grade.failure == "infrastructure",
        "tests_status": {
            "FAIL_TO_PASS": _split(grade.fail_to_pass),
            "PASS_TO_PASS": _split(grade.pass_to_pass),
            "FAIL_TO_FAIL": dict(NO_SPLIT),
            "PASS_TO_FAIL": dict(NO_SPLIT),
        },
    }


def run_report(dataset: Dataset, predictions: Sequence[Prediction], grades: Mapping[str, Grade]) -> dict[str, Any]:
    """The report of a run, `schema_version` 2; lists are sorted."""
    ids = {one.instance_id for one in dataset.instances}
    submitted = {one.instance_id for one in predictions}
    empty = {one.instance_id for one in predictions if one.empty and not grades[one.instance_id].resolved} & ids
    failed = {name for name, grade in grades.items() if grade.failure in ERRORS}
    infra = {name for name, grade in grades.items() if grade.failure == "infrastructure"}
    completed = (submitted & ids) - empty - failed
    resolved = {name for name, grade in grades.items() if grade.resolved}
    lists = {
        "completed": completed,
        "incomplete": ids - submitted,
        "empty_patch": empty,
        "submitted": submitted,
        "resolved": resolved,
        "unresolved": completed - resolved,
        "error": failed,
        "infra_failure": infra,
        "ambiguous_failure": set[str](),
    }
    counts = {f"{name}_instances": len(found) for name, found in lists.items() if name != "incomplete"}
    reasons = {name: "; ".join(grade.notes) for name, grade in sorted(grades.items()) if name in failed}
    return {
        "total_instances": len(ids),
        **counts,
        **{f"{name}_ids": sorted(found) for name, found in lists.items()},
        "failure_reasons": reasons,
        "schema_version": 2,
    }


def write_run(folder: Path, run_id: str, model: str, report: Mapping[str, Any]) -> Path:
    """`<model>.<run_id>.json`; where it lies."""
    path = folder / f"{safe(model)}.{run_id}.json"
    write_whole(path, json.dumps(report, indent=4).encode() + b"\n")
    return path


def counted(grades: Iterable[Grade]) -> dict[str, int]:
    """How many grades there are of each failure; those that are resolved under "resolved"."""
    found: dict[str, int] = {}
    for grade in grades:
        name = grade.failure or "resolved"
        found[name] = found.get(name, 0) + 1
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _split(split: Split) -> dict[str, list[str]]:
    return {"success": list(split.success), "failure": list(split.failure)}


def _output(grade: Grade) -> str:
    """The tests' own words between the markers, then what we say ourselves."""
    output = grade.output.replace(">>>>>", ">>>> >")  # what tests print is no marker
    marks = [START, output, END, f">>>>> Test Exit Code: {grade.exit_code}"] if grade.exit_code is not None else []
    said = {"patch does not apply": NOT_APPLIED, "timeout": TIMED_OUT, "tests did not run": ERRORED}.get(grade.failure)
    return "\n".join([*marks, *([said] if said else []), ""])


def _log(grade: Grade) -> str:
    first = f"{APPLIED}: {grade.applied}" if grade.applied else NOT_APPLIED
    ended = f"Result: resolved: {grade.resolved} ({grade.failure or 'all tests as they should be'})"
    return "\n".join([first, *grade.notes, f"Tests took {grade.test_seconds} s of {grade.seconds} s.", ended, ""])
