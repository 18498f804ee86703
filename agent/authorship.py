"""Who wrote a step of a plan. What a human wrote stays as it is until a human's words call for something else. Pure."""

from collections.abc import Mapping, Sequence

from patchwright.agent.plan import Draft, Step

QUOTE = 8
"""Characters that a quote of the human's words has at least."""


def authored(old: Draft, new: Draft, by: str) -> Draft:
    """A human's draft: each step that is not as it was carries their name, the others the name they had."""
    return _with_steps(new, [_author(step, old.steps, by) for step in new.steps])


def restored(previous: Draft, draft: Draft) -> Draft:
    """A model's draft with the human's own steps in place of those that say the same.

    A model is shown, and gives back, only some of a step's fields.
    """
    own = [step for step in previous.steps if step.author]
    return _with_steps(draft, [next((one for one in own if _same(one, step)), step) for step in draft.steps])


def lost(previous: Draft, draft: Draft, quotes: Mapping[str, str], words: Sequence[str]) -> list[str]:
    """Why a model's draft may not stand: steps that a human wrote and that it drops or rewords without being told to.

    `quotes` gives, by the step's title, the words of a human that call for it; they have to be in `words`.
    """
    said = _plain(" ".join(words))
    return [
        f"step {number} of the last revision, {step.title!r}, was written by {step.author}: keep it word for word "
        "(title, intent, files, verify, must_fix); if the human's last words call for another, quote them in `replaces`"
        for number, step in enumerate(previous.steps, 1)
        if step.author and not any(_same(step, one) for one in draft.steps) and not _called_for(step, quotes, said)
    ]


def _author(step: Step, old: Sequence[Step], by: str) -> Step:
    known = next((one for one in old if one.model_copy(update={"author": step.author}) == step), None)
    return step.model_copy(update={"author": known.author if known else by})


def _same(one: Step, other: Step) -> bool:
    """Whether two steps say the same, white space and order of names apart."""
    return _words(one) == _words(other)


def _words(step: Step) -> tuple[object, ...]:
    texts = (_plain(step.title), _plain(step.intent), _plain(step.verify))
    return (*texts, frozenset(step.files), frozenset(step.must_fix))


def _called_for(step: Step, quotes: Mapping[str, str], said: str) -> bool:
    quote = _plain(quotes.get(step.title, ""))
    return len(quote) >= QUOTE and quote in said


def _plain(text: str) -> str:
    return " ".join(text.split())


def _with_steps(draft: Draft, steps: Sequence[Step]) -> Draft:
    return draft.model_copy(update={"steps": tuple(steps)})
