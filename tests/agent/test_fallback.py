"""Who answers while a model cannot be reached."""

import pytest

from patchwright.agent.errors import ModelRefused, ModelUnavailable
from patchwright.agent.fallback import REST, WithFallback
from patchwright.agent.messages import Message, Reply, Request
from patchwright.agent.run import Usage

ASK = Request("editor", [Message(role="user", content="x")])


class Answers:
    """Gives or raises these in order."""

    def __init__(self, *outcomes: Reply | Exception) -> None:
        self.outcomes = list(outcomes)

    def complete(self, request: Request) -> Reply:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def down() -> ModelUnavailable:
    return ModelUnavailable("down", Usage(requests=5))


def test_a_model_that_is_away_is_left_alone_for_a_while_and_then_asked_again() -> None:
    now = [0.0]
    first, second = Answers(down(), Reply(content="back")), Answers(*[Reply(usage=Usage(requests=1))] * 2)
    model = WithFallback(first, second, "spare", lambda: now[0])
    assert model.complete(ASK).usage.requests == 6
    assert model.complete(ASK).stand_in == "spare" and len(first.outcomes) == 1
    now[0] += REST
    answer = model.complete(ASK)
    assert (answer.content, answer.stand_in) == ("back", "")


def test_when_both_are_away_what_both_cost_is_told() -> None:
    with pytest.raises(ModelUnavailable) as caught:
        WithFallback(Answers(down()), Answers(down()), "spare").complete(ASK)
    assert caught.value.usage.requests == 10


def test_a_refusal_is_not_a_reason_for_the_fallback() -> None:
    """The operator has to change something: the other model must not hide it."""
    with pytest.raises(ModelRefused):
        WithFallback(Answers(ModelRefused("key")), Answers(Reply()), "spare").complete(ASK)
