"""`eval report` and `eval compare`: rows in, words and a page out."""

from collections.abc import Sequence
from pathlib import Path

from patchwright.agent.errors import UsageError
from patchwright.api import exits
from patchwright.api.evaldoor import name_bad
from patchwright.api.screen import Screen
from patchwright.evals.comparing import Comparison
from patchwright.evals.comparing import compare as compared
from patchwright.evals.markdown import comparison_markdown, report_markdown
from patchwright.evals.page import write_page
from patchwright.evals.rows import Row, read_rows
from patchwright.evals.summary import summarize
from patchwright.tools.secrets import Redactor


def report(folders: Sequence[Path], *, html: Path | None, markdown: Path | None, as_json: bool) -> int:
    """0 if there was something to report on."""
    screen = Screen(Redactor(), as_json)
    rows = _rows(folders, screen)
    summaries, title = summarize(rows), f"Evaluation {', '.join(folder.name for folder in folders)}"
    words = report_markdown(title, summaries)
    if html:
        write_page(html, title, rows, summaries, folders)
    _tell(screen, words, markdown, html, [one.model_dump(mode="json") for one in summaries])
    return exits.VERIFIED


def compare(
    folders: Sequence[Path], first: str, second: str, *, html: Path | None, markdown: Path | None, as_json: bool
) -> int:
    """0 if there was something to compare."""
    screen = Screen(Redactor(), as_json)
    rows = _rows(folders, screen)
    found = _compared(rows, first, second)
    if html:
        title = f"{found.first.setup} and {found.second.setup}"
        write_page(html, title, rows, (found.first, found.second), folders, found)
    _tell(screen, comparison_markdown(found), markdown, html, found.model_dump(mode="json"))
    return exits.VERIFIED


def _compared(rows: Sequence[Row], first: str, second: str) -> Comparison:
    names = sorted({row.setup for row in rows})
    rest = [name for name in names if name not in (first, second)]
    first = first or (rest.pop(0) if rest else "")
    second = second or (rest.pop(0) if rest else "")
    if not {first, second} <= set(names) or first == second:
        raise UsageError(f"Two configurations are needed; there are: {', '.join(names)}. Name them: --first, --second.")
    try:
        return compared(rows, first, second)
    except ValueError as error:
        raise UsageError(f"{str(error).capitalize()}: nothing can be compared.") from None


def _rows(folders: Sequence[Path], screen: Screen) -> tuple[Row, ...]:
    rows, bad = read_rows(folders)
    name_bad(screen, bad)
    if not rows:
        raise UsageError(f"{', '.join(map(str, folders))}: no result of `eval run` lies there.")
    return rows


def _tell(screen: Screen, words: str, markdown: Path | None, html: Path | None, data: object) -> None:
    if markdown:
        markdown.write_text(words, "utf-8")
    if screen.as_json:
        screen.data(data)
    elif screen.out.is_terminal:
        from rich.markdown import Markdown

        screen.show(Markdown(screen.clean(words)))
    else:
        screen.plain(words)
    for path in filter(None, (markdown, html)):
        screen.say(f"Written: {path}")
