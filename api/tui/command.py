"""`patchwright tui`: what can be said on the command line."""

import os
from typing import Annotated

import typer

from patchwright.api import options as o

THEMES = ("auto", "dark", "light", "terminal")


def tui(
    name: o.SomeRun = "",
    by: o.By = "",
    config: o.Config = None,
    server: Annotated[str, typer.Option(metavar="URL", help="Runs of that server; its key is PATCHWRIGHT_KEY.")] = "",
    theme: Annotated[
        str, typer.Option(metavar="NAME", help="auto, dark, light, or terminal for its own 16 colours.")
    ] = "auto",
) -> None:
    """All runs on one screen: review plans and diffs, follow what happens, by keyboard or mouse."""
    from patchwright.agent.errors import UsageError

    chosen = os.environ.get("PATCHWRIGHT_THEME", theme) if theme == "auto" else theme
    if chosen not in THEMES:
        raise UsageError(f"There is no theme {chosen!r}. Themes: {', '.join(THEMES)}.")
    from patchwright.api.tui.opening import open_screen

    raise typer.Exit(open_screen(name, by=by, config=str(config or ""), server=server, theme=chosen))
