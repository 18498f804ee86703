"""An evaluation as one HTML page: charts, tables, attempts, trajectories. It loads nothing and runs only our script.

What models, repositories and datasets said stands in it as text: escaped in tables, as JSON for the viewer, which
makes text nodes of it. The policy in its head allows our own script by its hash and nothing else (OUT-01).
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from patchwright.evals.charts import cost_chart, failures_chart, resolved_chart
from patchwright.evals.comparing import Comparison
from patchwright.evals.markdown import conclusion, interval, percent
from patchwright.evals.rows import Row
from patchwright.evals.summary import Share, Summary
from patchwright.tools.untrusted import printable

MOST_BYTES = 24 << 20
"""Of all trajectories in a page, those of attempts that are not resolved first."""
MOST_OF_ONE = 256 << 10
MOST_OF_MESSAGE = 4_000


def write_page(
    path: Path,
    title: str,
    rows: Sequence[Row],
    summaries: Sequence[Summary],
    folders: Sequence[Path],
    comparison: Comparison | None = None,
) -> None:
    """Write the page; trajectories are read one by one, so that many take no more memory than the page has."""
    script, style = (
        resources.files("patchwright.evals").joinpath(f"page.{end}").read_text("utf-8") for end in ("js", "css")
    )
    with path.open("w", encoding="utf-8") as file:
        file.write(_head(title, script, style))
        file.writelines(_body(title, rows, summaries, comparison))
        file.write('<script type="application/json" id="data">{')
        file.writelines(_trajectories(rows, folders))
        file.write(f"}}</script>\n<script>{script}</script>\n</body>\n</html>\n")


def _head(title: str, script: str, style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
    )


def _body(
    title: str, rows: Sequence[Row], summaries: Sequence[Summary], comparison: Comparison | None
) -> Iterator[str]:
    yield f"<h1>{_text(title)}</h1>\n{resolved_chart(summaries)}\n{_overview(summaries)}\n"
    if len(summaries) > 1:
        yield f"<h2>Cost and quality</h2>\n{cost_chart(summaries)}\n"
    if comparison:
        yield f"<h2>Is one better?</h2>\n<p>{_text(conclusion(comparison))}</p>\n{_flips(comparison)}\n"
    for one in summaries:
        yield f"<h2>{_text(one.setup)}</h2>\n{_groups(one)}\n"
        yield failures_chart(one) + "\n" if one.failures else ""
    yield "<h2>Attempts</h2>\n<p>" + _FILTERS + "</p>\n"
    yield from _attempts(rows)
    yield '<aside id="viewer" hidden aria-label="Trajectory"></aside>\n'


_FILTERS = (
    '<input id="find" type="search" placeholder="Find" aria-label="Find">'
    '<select id="which" aria-label="Result"><option value="">all</option><option value="resolved">resolved</option>'
    '<option value="failed">not resolved</option><option value="false">false success</option></select>'
)


def _overview(summaries: Sequence[Summary]) -> str:
    head = (
        "configuration",
        "resolved",
        "95 %",
        "pass@k",
        "false success",
        "false failure",
        "tokens",
        "money",
        "seconds",
    )
    lines = [
        (
            one.setup,
            _share(one.resolved),
            interval(one.resolved),
            ", ".join(f"@{k} {percent(share)}" for k, share in one.pass_at),
            _share(one.false_success),
            _share(one.false_failure),
            f"{one.cost.requests:,}",
            f"{one.cost.tokens_in + one.cost.tokens_out:,}",
            f"{one.cost.money:.2f}",
            f"{one.cost.seconds:,.0f}",
        )
        for one in summaries
    ]
    return _table(head, lines)


def _groups(one: Summary) -> str:
    named = (("repository", one.by_repository), ("language", one.by_language), ("kind", one.by_kind))
    groups = [(what, group.name, group.resolved) for what, part in named for group in part]
    lines = [(what, name, _share(resolved), interval(resolved)) for what, name, resolved in groups]
    return _table(("by", "", "resolved", "95 %"), lines)


def _flips(found: Comparison) -> str:
    lines = [(flip.instance_id, flip.winner, flip.failure, flip.loser_outcome, flip.reason) for flip in found.flips]
    return _table(("what flipped", "resolved by", "the other", "ended as", "why"), lines)


def _attempts(rows: Iterable[Row]) -> Iterator[str]:
    head = ("instance", "configuration", "attempt", "result", "ended as", "tokens", "money", "seconds", "why")
    yield (
        '<div class="scroll"><table><thead><tr>' + "".join(f"<th>{one}</th>" for one in head) + "</tr></thead><tbody>\n"
    )
    for row in rows:
        yield _attempt(row)
    yield "</tbody></table></div>\n"


def _attempt(row: Row) -> str:
    result = "resolved" if row.resolved else "false" if row.false_success else "failed"
    shown = "resolved" if row.resolved else row.failure + (" (false success)" if row.false_success else "")
    tokens = row.usage.tokens_in + row.usage.tokens_out
    cells = [
        f"<td>{_text(row.instance_id)}</td><td>{_text(row.setup)}</td><td>{row.attempt}</td>",
        f'<td class="{"yes" if row.resolved else "no"}">{_text(shown)}</td>',
        f"<td>{_text(row.outcome)} {_text(row.verdict)}</td><td>{tokens:,}</td><td>{row.usage.money:.3f}</td>",
        f'<td>{row.seconds:,.0f}</td><td class="quiet">{_text(row.reason[:200])}</td>',
    ]
    return f'<tr class="row" tabindex="0" data-result="{result}" data-key="{_text(_key(row))}">{"".join(cells)}</tr>\n'


def _key(row: Row) -> str:
    return f"{row.setup}/{row.instance_id}.{row.attempt}"


def _trajectories(rows: Iterable[Row], folders: Sequence[Path]) -> Iterator[str]:
    """Members of one JSON object, as far as the page's bound goes. No `<` in it: it cannot end its element."""
    left, comma = MOST_BYTES, ""
    for row in sorted(rows, key=lambda row: row.resolved):
        found = _trajectory(row, folders)
        if not found:
            continue
        member = f"{comma}{json.dumps(_key(row))}:{json.dumps(found)}".replace("<", "\\u003c")
        left -= len(member)
        if left < 0:
            return
        comma = ",\n"
        yield member


def _trajectory(row: Row, folders: Sequence[Path]) -> dict[str, Any]:
    place = Path("jobs") / row.setup / f"{row.instance_id}.{row.attempt}" / "traj.json"
    path = next((folder / place for folder in folders if (folder / place).is_file()), None)
    messages: list[dict[str, Any]] = json.loads(path.read_bytes())["messages"] if path else []
    kept: list[dict[str, Any]] = []
    left = MOST_OF_ONE
    for one in messages:
        shown = {**one, "content": printable(str(one["content"]))[:MOST_OF_MESSAGE]}
        left -= len(shown["content"])
        if left < 0:
            break
        kept.append(shown)
    return {"reason": row.reason, "patch": printable(row.patch)[:MOST_OF_ONE], "messages": kept} if path else {}


def _share(share: Share) -> str:
    return f"{share.count} of {share.of}, {percent(share.share)}" if share.of else "0 of 0"


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{_text(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in line) + "</tr>\n" for line in lines)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _text(words: str) -> str:
    return escape(printable(words))
