"""Charts as inline SVG: no script, no font, no address. Every text passes `escape`. Pure."""

from collections.abc import Sequence
from html import escape

from patchwright.evals.summary import Summary

WIDTH, ROW, LEFT = 720, 30, 180
COLOURS = ("#2f6f4f", "#b5482f", "#2f5f9f", "#8a6d1f", "#6b4a8f", "#3f7f86", "#8f4a5f", "#5f6b3a")


def resolved_chart(summaries: Sequence[Summary]) -> str:
    """The resolved share of each configuration as a bar, with its interval."""
    span = WIDTH - LEFT - 90
    rows: list[str] = []
    for at, one in enumerate(summaries):
        y, share = at * ROW + 8, one.resolved
        low, high, value = (LEFT + span * part for part in (share.low, share.high, share.share))
        rows += [
            _text(LEFT - 8, y + 13, one.setup, anchor="end"),
            f'<rect x="{LEFT}" y="{y}" width="{value - LEFT:.1f}" height="18" fill="{_colour(at)}" rx="2"/>',
            f'<path d="M{low:.1f} {y + 9}H{high:.1f}M{low:.1f} {y + 4}v10M{high:.1f} {y + 4}v10" class="interval"/>',
            _text(LEFT + span + 12, y + 13, f"{share.share * 100:.1f} %"),
        ]
    return _svg(len(summaries) * ROW + 12, rows, "Resolved, with the 95 % interval")


def failures_chart(summary: Summary) -> str:
    """Why attempts were not resolved, most frequent first."""
    most = max((count for _, count in summary.failures), default=1)
    rows: list[str] = []
    for at, (name, count) in enumerate(summary.failures):
        y, width = at * ROW + 8, (WIDTH - LEFT - 90) * count / most
        rows += [
            _text(LEFT - 8, y + 13, name, anchor="end"),
            f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="18" fill="{COLOURS[1]}" rx="2"/>',
            _text(LEFT + width + 8, y + 13, str(count)),
        ]
    return _svg(len(summary.failures) * ROW + 12, rows, f"Why attempts of {summary.setup} were not resolved")


def cost_chart(summaries: Sequence[Summary]) -> str:
    """Cost of an attempt (money if any was spent, else tokens) against the resolved share: up and left is better."""
    money = any(one.cost.money for one in summaries)
    costs = [(one.cost.money if money else one.cost.tokens_in + one.cost.tokens_out) for one in summaries]
    each = [cost / max(one.attempts - one.infrastructure, 1) for cost, one in zip(costs, summaries, strict=True)]
    most = max([*each, 1e-9])
    rows = ['<path d="M60 10V250H700" class="axis"/>']
    for share in (0, 0.25, 0.5, 0.75, 1):
        rows.append(_text(52, 254 - 240 * share, f"{share * 100:.0f} %", anchor="end"))
    for at, (cost, one) in enumerate(zip(each, summaries, strict=True)):
        x, y = 60 + 560 * cost / most, 250 - 240 * one.resolved.share
        low, high = 250 - 240 * one.resolved.low, 250 - 240 * one.resolved.high
        rows += [
            f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" class="interval"/>',
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{_colour(at)}"/>',
            _text(x + 10, y + 4, f"{one.setup} ({cost:,.2f})" if money else f"{one.setup} ({cost:,.0f})"),
        ]
    unit = "money" if money else "tokens"
    rows.append(_text(380, 274, f"{unit} of one attempt", anchor="middle"))
    return _svg(284, rows, f"Resolved against {unit}")


def _colour(at: int) -> str:
    return COLOURS[at % len(COLOURS)]


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    shown = words if len(words) <= 60 else words[:57] + "..."
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(shown)}</text>'


def _svg(height: float, parts: Sequence[str], label: str) -> str:
    head = f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(label)}">'
    return f"{head}<title>{escape(label)}</title>{''.join(parts)}</svg>"
