"""What an earlier version has stored still loads (REL-10): one file per record and version, written by that version."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from patchwright.agent.asked import Asked
from patchwright.agent.book import Known
from patchwright.agent.issue import Issue
from patchwright.agent.messages import Reply
from patchwright.agent.plan import Approval, Plan
from patchwright.agent.proof import Ended, Findings, Proof
from patchwright.agent.recorded import Divergence
from patchwright.agent.report import Report
from patchwright.agent.session import Remembered
from patchwright.agent.turns import Conversation
from patchwright.tools.checks import Results

RECORDS: dict[str, type[BaseModel]] = {
    "approval": Approval,
    "asked": Asked,
    "conversation": Conversation,
    "divergence": Divergence,
    "ended": Ended,
    "findings": Findings,
    "issue": Issue,
    "known": Known,
    "plan": Plan,
    "proof": Proof,
    "remembered": Remembered,
    "reply": Reply,
    "report": Report,
    "results": Results,
}
FILES = sorted((Path(__file__).parents[1] / "cases" / "records").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_record_of_an_earlier_version_loads_and_keeps_what_it_says(file: Path) -> None:
    shape = RECORDS[file.stem.rpartition("_")[0]]
    loaded = shape.model_validate_json(file.read_bytes())
    again = shape.model_validate_json(loaded.model_dump_json())
    assert again == loaded


def test_every_record_that_is_stored_has_a_file() -> None:
    assert {file.stem.rpartition("_")[0] for file in FILES} == set(RECORDS)
