"""Workers that are killed while they work, small: each run ends with its patch, and nothing is asked twice."""

import pytest

from patchwright.evals.bench import postgres
from patchwright.evals.bench.chaos import chaos


@pytest.mark.skipif(postgres.programs() is None, reason="no PostgreSQL server is installed")
def test_no_run_is_lost_and_no_answer_asked_for_again_while_workers_are_killed() -> None:
    """REL-01, REL-05."""
    came = chaos(6, kills=2, every=3)
    assert dict(came.ended) == {"awaiting_review": 6}
    assert came.wrong == [] and came.asked_again == []
    assert came.kills == 2 and came.noticed
