"""Candidates: executions of one approved plan that differ, and the choice among what they came to. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from patchwright.agent.plan import Plan, Record, Step
from patchwright.agent.run import RunVerdict

MAX_CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class Variant:
    """What a candidate does differently. None: as configured; `rung` is the least on each ladder."""

    temperature: float | None = None
    seed: int | None = None
    rung: int = 0


class Candidate(Record):
    """What one execution came to. `digest` names its sources without layout, `tests` are the tests that are its own.

    `blocking` counts the reviewer's blocking findings, `lines` what was added and removed.
    """

    number: int
    commit: str
    verdict: RunVerdict
    reasons: tuple[str, ...] = ()
    blocking: int = 0
    lines: int = 0
    digest: str = ""
    tests: tuple[str, ...] = ()


class Choice(Record):
    """Which candidate it is; `agreement` pairs each of the last ones left with how much speaks for it."""

    number: int
    agreement: tuple[tuple[int, int], ...] = ()


def artifact(number: int, name: str) -> str:
    """Where something of a candidate is stored."""
    return f"candidates/{number}/{name}"


def variant(number: int) -> Variant:
    """The first candidate is as configured; each later one is warmer, has a seed of its own and a higher rung."""
    if number == 1:
        return Variant()
    return Variant(temperature=min(0.3 + 0.2 * number, 1.0), seed=number, rung=number - 1)


def useful(steps: Sequence[Step], wanted: int) -> int:
    """How many executions can differ: recipes always do the same, so only their order can change."""
    if all(step.recipe for step in steps):
        return min(wanted, 2 if len(steps) > 1 and not steps[0].stage else 1)
    return wanted


def order(steps: Sequence[Step], number: int) -> tuple[int, ...]:
    """The steps in the order in which a candidate takes them: every second one takes neighbouring recipes backwards.

    The recipes of a stage build on one another and keep their order.
    """
    if number % 2 or any(step.stage for step in steps):
        return tuple(range(len(steps)))
    groups = [list(found) for _, found in groupby(range(len(steps)), key=lambda at: bool(steps[at].recipe))]
    return tuple(at for group in groups for at in (reversed(group) if steps[group[0]].recipe else group))


def next_step(plan: Plan, number: int, step: int) -> int | None:
    """The step that a candidate takes after `step` (-1: at first), or None after the last."""
    taken = order(plan.draft.steps, number)
    at = taken.index(step) + 1 if step >= 0 else 0
    return taken[at] if at < len(taken) else None


def last_step(plan: Plan, number: int) -> int:
    """The step that a candidate takes last."""
    return order(plan.draft.steps, number)[-1]


def digest(files: Mapping[str, bytes | None]) -> str:
    """A name for the contents of changed files that does not depend on blanks and empty lines; "" for none."""
    if not files:
        return ""
    lines = [path.encode("utf-8", "surrogateescape") + b"\n" + _squeezed(files[path]) for path in sorted(files)]
    return hashlib.sha256(b"\0".join(lines)).hexdigest()


def _squeezed(data: bytes | None) -> bytes:
    if data is None:
        return b"\0gone"
    return b"\n".join(b" ".join(line.split()) for line in data.splitlines() if line.strip())


def finalists(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Those with the best verdict and, of these, the fewest blocking findings."""
    best = min(map(_worth, candidates))
    return tuple(one for one in candidates if _worth(one) == best)


def _worth(one: Candidate) -> tuple[int, int]:
    return ("verified", "unverified", "none").index(one.verdict), one.blocking


def agreement(left: Sequence[Candidate], passes: Mapping[tuple[int, int], bool]) -> dict[int, int]:
    """How much speaks for each: others with the same patch, and others whose own tests it passes.

    `passes[a, b]`: whether the tests of candidate a pass on candidate b.
    """
    return {
        one.number: sum(other.digest == one.digest for other in left if other.number != one.number)
        + sum(passes.get((other.number, one.number), False) for other in left)
        for one in left
    }


def chosen(candidates: Sequence[Candidate], passes: Mapping[tuple[int, int], bool]) -> Choice:
    """Verdict first, then blocking findings, then agreement, then the smaller diff, then the earlier one."""
    left = finalists(candidates)
    speaks = agreement(left, passes)
    best = min(left, key=lambda one: (-speaks[one.number], one.lines, one.number))
    return Choice(number=best.number, agreement=tuple(speaks.items()) if len(left) > 1 else ())
