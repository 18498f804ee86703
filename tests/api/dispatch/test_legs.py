"""Names of legs, priorities, when a run is given up."""

from patchwright.agent.events import Event, EventKind
from patchwright.api.dispatch.legs import DEAD, is_given_up, losses, next_leg, rank, run_of


def event(kind: EventKind, seq: int = 1) -> Event:
    return Event(run_id="r", seq=seq, at="", kind=kind, data={})


def lost(why: str) -> Event:
    return Event(run_id="r", seq=1, at="", kind="worker_lost", data={"why": why})


def test_a_leg_is_named_by_the_last_event_so_that_asking_twice_makes_one() -> None:
    assert next_leg("r", 7, {}) == "r:7"
    assert next_leg("r", 7, {"r:7": "works"}) == ""
    assert next_leg("r", 7, {"r:5": "waits"}) == ""
    assert run_of("r:7.1") == "r"


def test_what_happens_while_a_leg_works_makes_another_one() -> None:
    """It may have looked for a decision just before there was one."""
    assert next_leg("r", 9, {"r:7": "works"}) == "r:9"


def test_a_leg_that_has_ended_or_gives_way_is_followed_by_another() -> None:
    assert next_leg("r", 7, {"r:7": "ended"}) == "r:7.1"
    assert next_leg("r", 7, {"r:7": "ended", "r:7.1": "ended"}) == "r:7.2"
    assert next_leg("r", 7, {"r:7": "works"}, behind="r:7") == "r:7.1"


def test_a_higher_priority_has_a_lower_number() -> None:
    assert rank(5) < rank(0) < rank(-5)
    assert rank(10**9) == 1


def test_losses_count_from_the_last_time_that_the_run_got_any_further() -> None:
    assert losses([]) == (0, 0)
    assert losses([lost("x"), event("model_called"), lost("x"), lost(DEAD)]) == (1, 1)
    assert losses([lost("x"), event("tool_called")]) == (0, 0)


def test_a_run_is_given_up_for_what_its_own_process_dies_of_long_before_it_is_for_dead_workers() -> None:
    assert is_given_up([lost("x")] * 3) and not is_given_up([lost("x")] * 2)
    assert is_given_up([lost(DEAD)] * 10) and not is_given_up([lost(DEAD)] * 9)
