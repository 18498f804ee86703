"""`patchwright github`: setting up, and the door of a GitHub Action. What they do is imported when it is needed."""

from pathlib import Path
from typing import Annotated

import typer

from patchwright.api import options as o

PUBLIC = "https://api.github.com"

group = typer.Typer(name="github", no_args_is_help=True, help="Comments on GitHub as a way in: App, Action, webhook.")

Api = Annotated[str, typer.Option(metavar="URL", help="GitHub Enterprise Server: https://HOST/api/v3.")]
To = Annotated[Path, typer.Option("--to", metavar="DIR", help="Where the files go.")]


@group.command()
def setup(
    url: Annotated[
        str, typer.Option(metavar="URL", help="The https address at which GitHub reaches the service.")
    ] = "",
    name: Annotated[
        str, typer.Option(metavar="NAME", help="What the App is called; unique at GitHub.")
    ] = "patchwright",
    organization: Annotated[str, typer.Option(metavar="ORG", help="Whose App it is; else your own.")] = "",
    code: Annotated[
        str, typer.Option(metavar="CODE", help="What GitHub answered: fetch the App's key and secret.")
    ] = "",
    api_url: Api = PUBLIC,
    to: To = Path(),
) -> None:
    """Make a GitHub App of your own, step by step; says at each what is next."""
    from patchwright.agent.errors import UsageError
    from patchwright.api.github import setup as doing

    if bool(url) == bool(code):
        raise UsageError("Begin with --url https://WHERE.THE.SERVICE.IS; then --code CODE with what GitHub answers.")
    if code:
        raise typer.Exit(doing.convert(code, api_url, to))
    raise typer.Exit(doing.steps(doing.Wanted(url.rstrip("/"), name, organization, api_url, to)))


@group.command()
def act(
    config: o.Config = None, recording: o.Recording = None, no_model: o.NoModel = False, json: o.Json = False
) -> None:
    """Handle the event that started this job of GitHub Actions, and end."""
    from patchwright.api.choices import chosen
    from patchwright.api.github import here

    raise typer.Exit(here.act(chosen(config, recording, no_model), as_json=json))


@group.command()
def state() -> None:
    """Say to a job of GitHub Actions in which earlier run the state of its issue lies."""
    import os

    from patchwright.api.github import carried

    raise typer.Exit(carried.find_state(os.environ))
