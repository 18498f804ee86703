"""Summaries and comparisons in words: Markdown, which is also what the terminal shows. Pure."""

from collections.abc import Iterable, Sequence

from patchwright.evals.comparing import Comparison
from patchwright.evals.summary import Group, Share, Summary
from patchwright.tools.untrusted import code_span, printable

MOST_ROWS = 30
MOST_WORDS = 160


def report_markdown(title: str, summaries: Sequence[Summary]) -> str:
    """All configurations in one table, then each by repository, language, kind and failure."""
    parts = [f"# {_cell(title)}", _overview(summaries)]
    for one in summaries:
        parts += [f"## {_cell(one.setup)}", *_details(one)]
    return "\n\n".join(parts) + "\n"


def _overview(summaries: Sequence[Summary]) -> str:
    head = ("configuration", "resolved", "95 %", "pass@k", "false success", "false failure", "requests", "tokens")
    rows = [
        (
            one.setup,
            f"{one.resolved.count} of {one.resolved.of}, {percent(one.resolved.share)}",
            interval(one.resolved),
            ", ".join(f"@{k} {percent(share)}" for k, share in one.pass_at),
            _of(one.false_success),
            _of(one.false_failure),
            f"{one.cost.requests:,}",
            f"{one.cost.tokens_in + one.cost.tokens_out:,}",
            f"{one.cost.money:.2f}",
            f"{one.cost.seconds:,.0f}",
            str(one.infrastructure),
        )
        for one in summaries
    ]
    return table((*head, "money", "seconds", "spoiled"), rows)


def _details(one: Summary) -> list[str]:
    models = f"Models: {', '.join(code_span(name) for name in one.models)}." if one.models else "No model was asked."
    cost = one.cost
    each = f"Median of one attempt: {cost.median_tokens:,.0f} tokens, {cost.median_seconds:,.0f} s."
    price = f" {cost.money_per_resolved:.2f} for each that is resolved." if cost.money_per_resolved else ""
    spoiled = f" {one.infrastructure} of {one.attempts} attempts were spoiled by the place and count for nobody."
    parts = [f"{models} {each}{price}{spoiled if one.infrastructure else ''}"]
    named = (("repository", one.by_repository), ("language", one.by_language), ("kind", one.by_kind))
    parts += [_groups(name, groups) for name, groups in named if len(groups) > 1]
    if one.failures:
        parts.append(table(("why not resolved", "attempts"), [(name, str(count)) for name, count in one.failures]))
    return parts


def _groups(name: str, groups: Sequence[Group]) -> str:
    rows = [
        (group.name, f"{group.resolved.count} of {group.resolved.of}", interval(group.resolved)) for group in groups
    ]
    more = [(f"and {len(rows) - MOST_ROWS} more", "", "")] if len(rows) > MOST_ROWS else []
    return table((name, "resolved", "95 %"), [*rows[:MOST_ROWS], *more])


def models_markdown(order: Sequence[Summary]) -> str:
    """Configurations from the best to the worst by quality, with cost and latency, and how sure the first place is."""
    cost = ("money each", "tokens each", "s each", "s an answer")
    head = ("configuration", "models", "resolved", "95 %", "false success", *cost)
    rows = [
        (
            one.setup,
            ", ".join(one.models),
            f"{one.resolved.count} of {one.resolved.of}, {percent(one.resolved.share)}",
            interval(one.resolved),
            _of(one.false_success),
            f"{one.cost.money / max(one.attempts - one.infrastructure, 1):.3f}",
            f"{one.cost.median_tokens:,.0f}",
            f"{one.cost.median_seconds:,.0f}",
            f"{one.cost.seconds_per_request:.1f}",
        )
        for one in order
    ]
    close = [one.setup for one in order[1:] if one.resolved.high >= order[0].resolved.low]
    said = f"{_cell(order[0].setup)} did best."
    said += f" By these numbers {', '.join(map(_cell, close))} may be as good: the intervals overlap." if close else ""
    return f"{table(head, rows)}\n\n{said}\n"


def comparison_markdown(found: Comparison) -> str:
    """Which is better, how sure that is, and what flipped."""
    first, second = found.first.setup, found.second.setup
    sides = [
        (
            one.setup,
            f"{resolved.count} of {found.common}, {percent(resolved.share)}",
            interval(resolved),
            f"{one.cost.money:.2f}",
            f"{one.cost.tokens_in + one.cost.tokens_out:,}",
            f"{one.cost.median_seconds:,.0f}",
        )
        for one, resolved in ((found.first, found.resolved_first), (found.second, found.resolved_second))
    ]
    flips = [
        (flip.instance_id, flip.winner, flip.failure, f"{flip.loser_outcome} {flip.loser_verdict}", flip.reason)
        for flip in found.flips
    ]
    parts = [
        f"# {_cell(first)} and {_cell(second)}",
        table(("configuration", "resolved", "95 %", "money", "tokens", "median s"), sides),
        conclusion(found),
        f"Both {found.both}, neither {found.neither}, only {_cell(first)} {found.only_first}, "
        f"only {_cell(second)} {found.only_second}.",
    ]
    if flips:
        parts.append(table(("what flipped", "resolved by", "the other", "ended as", "why"), flips))
    return "\n\n".join(parts) + "\n"


def conclusion(found: Comparison) -> str:
    """One sentence that claims no more than the numbers do."""
    better = found.second.setup if found.difference > 0 else found.first.setup
    gap = f"{abs(found.difference) * 100:.1f} points (95 % of second minus first: {found.low * 100:+.1f} to "
    gap += f"{found.high * 100:+.1f}; McNemar p = {found.p:.3g} on {found.common} instances)"
    if found.difference == 0:
        return f"Neither is better: {gap}."
    if found.sure:
        return f"{_cell(better)} resolves more: by {gap}."
    return f"{_cell(better)} is ahead by {gap}: that may be chance."


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what comes from outside cannot leave its cell (OUT-01)."""
    lines = [tuple(head), tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def percent(share: float) -> str:
    """A share for people."""
    return f"{share * 100:.1f} %"


def interval(share: Share) -> str:
    """The bounds of a share."""
    return f"{share.low * 100:.1f} to {share.high * 100:.1f} %"


def _of(share: Share) -> str:
    return f"{share.count} of {share.of}, {percent(share.share)}" if share.of else "none of 0"


def _cell(text: str) -> str:
    plain = " ".join(printable(text).split())
    shown = plain if len(plain) <= MOST_WORDS else plain[:MOST_WORDS] + "..."
    return shown.replace("|", "\\|").replace("<", "&lt;").replace("`", "'")
