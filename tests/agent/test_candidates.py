"""The choice among candidates: verdict, findings, agreement, size; and how candidates differ."""

from itertools import pairwise

from patchwright.agent.candidates import (
    Candidate,
    agreement,
    chosen,
    digest,
    finalists,
    last_step,
    next_step,
    order,
    useful,
    variant,
)
from patchwright.agent.plan import Step
from tests.agent.scripts import a_plan

RECIPES = (Step(title="a", recipe="x"), Step(title="b", recipe="y"))
MIXED = (*RECIPES, Step(title="c"), Step(title="d"), Step(title="e", recipe="z"))


def one(number: int, **fields: object) -> Candidate:
    known = {"number": number, "commit": f"c{number}", "verdict": "verified", "digest": str(number), "lines": 10}
    return Candidate.model_validate({**known, **fields})


def test_the_verdict_goes_before_all_else_then_blocking_findings() -> None:
    bad, blocked, good = one(1, verdict="unverified", lines=1), one(2, blocking=1, lines=1), one(3, lines=99)
    assert finalists([bad, blocked, good]) == (good,)
    assert chosen([bad, blocked, good], {}).number == 3
    assert chosen([bad, one(2, verdict="none")], {}).number == 1


def test_agreement_goes_before_the_smaller_diff_and_that_before_the_number() -> None:
    same = [one(1, lines=1), one(2, digest="d"), one(3, digest="d")]
    assert chosen(same, {}).number == 2
    assert chosen([one(1, lines=5), one(2, lines=4), one(3, lines=4)], {}).number == 2


def test_the_tests_of_others_speak_for_what_passes_them() -> None:
    left = [one(1, lines=1), one(2)]
    assert agreement(left, {(1, 2): True, (2, 1): False}) == {1: 0, 2: 1}
    choice = chosen(left, {(1, 2): True, (2, 1): False})
    assert (choice.number, choice.agreement) == (2, ((1, 0), (2, 1)))


def test_a_patch_is_the_same_whatever_its_blanks() -> None:
    assert digest({"a.py": b"x = 1\n\n\ny  =  2\n"}) == digest({"a.py": b"x = 1\ny = 2"})
    assert digest({"a.py": b"x"}) != digest({"a.py": None}) != digest({"b.py": None})
    assert digest({}) == ""


def test_candidates_differ_in_temperature_seed_and_rung_and_the_first_is_as_configured() -> None:
    first, *others = (variant(number) for number in range(1, 5))
    assert (first.temperature, first.seed, first.rung) == (None, None, 0)
    assert all(a.rung < b.rung and a.seed != b.seed for a, b in pairwise(others))
    assert all(other.temperature is not None and other.temperature <= 1 for other in others)


def test_every_second_candidate_takes_neighbouring_recipes_backwards_and_the_models_steps_in_order() -> None:
    assert order(MIXED, 1) == (0, 1, 2, 3, 4)
    assert order(MIXED, 2) == (1, 0, 2, 3, 4)
    plan = a_plan(*RECIPES)
    assert [next_step(plan, 2, -1), next_step(plan, 2, 1), next_step(plan, 2, 0)] == [1, 0, None]
    assert (last_step(plan, 1), last_step(plan, 2)) == (1, 0)


def test_recipes_alone_give_no_more_candidates_than_they_have_orders() -> None:
    assert [useful(RECIPES, 5), useful(RECIPES[:1], 5), useful(MIXED, 5)] == [2, 1, 5]
