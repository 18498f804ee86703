"""Changes that a person makes to a draft before they become a revision. Pure."""

from patchwright.agent.plan import Draft, Step


def moved(draft: Draft, at: int, by: int) -> Draft:
    """With step `at` (from 0) as many places later; at the edge it stays."""
    to = at + by
    if not (0 <= at < len(draft.steps) and 0 <= to < len(draft.steps)):
        return draft
    steps = list(draft.steps)
    steps.insert(to, steps.pop(at))
    return draft.model_copy(update={"steps": tuple(steps)})


def dropped(draft: Draft, at: int) -> Draft:
    """Without step `at`; a plan keeps its last step."""
    if len(draft.steps) < 2:
        return draft
    return draft.model_copy(update={"steps": draft.steps[:at] + draft.steps[at + 1 :]})


def replaced(draft: Draft, at: int, step: Step) -> Draft:
    """With another step at that place."""
    return draft.model_copy(update={"steps": (*draft.steps[:at], step, *draft.steps[at + 1 :])})


def answered(answers: dict[str, str]) -> str:
    """The answers to questions as words for the planner."""
    return "\n".join(f"{question} {answer}" for question, answer in answers.items())
