"""What an earlier version has kept of an evaluation still loads: one file per record and version, written by it."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from patchwright.evals.approving import Verdict
from patchwright.evals.campaign import Campaign
from patchwright.evals.rows import Row
from patchwright.evals.verdict import Grade

RECORDS: dict[str, type[BaseModel]] = {"campaign": Campaign, "grade": Grade, "row": Row, "verdict": Verdict}
FILES = sorted((Path(__file__).parents[1] / "cases" / "evals").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_record_of_an_earlier_version_loads_and_keeps_what_it_says(file: Path) -> None:
    shape = RECORDS[file.stem.rpartition("_")[0]]
    loaded = shape.model_validate_json(file.read_bytes())
    assert shape.model_validate_json(loaded.model_dump_json()) == loaded


def test_every_record_that_is_kept_has_a_file() -> None:
    assert {file.stem.rpartition("_")[0] for file in FILES} == set(RECORDS)
