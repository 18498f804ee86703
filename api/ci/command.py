"""`ci` on the command line. What it does is imported when it is needed."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from patchwright.api import options as o


def ci(
    repository: Annotated[str, typer.Argument(help="A git repository: a folder, or a URL.")] = ".",
    issue: Annotated[str, typer.Option(metavar="ISSUE", help="Words, @FILE, or - for standard input.")] = "",
    transform: Annotated[str, typer.Option(metavar="NAME", help="A transformation instead of an issue.")] = "",
    server: Annotated[
        str,
        typer.Option(
            metavar="URL|local", help="Who works on it: a server (its key in PATCHWRIGHT_KEY), or this machine."
        ),
    ] = "local",
    approve_by: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The policy that may approve the plan."),
    ] = None,
    fail_on: Annotated[
        Literal["unverified", "unfinished"],
        typer.Option(help="Exit with 1 without a verified patch; `unfinished`: only if the run does not end."),
    ] = "unverified",
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write what was judged as JUnit XML.")] = None,
    sarif: Annotated[Path | None, typer.Option(metavar="FILE", help="Write what was found as SARIF 2.1.0.")] = None,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a Markdown summary; else to GITHUB_STEP_SUMMARY, if set.")
    ] = None,
    patch: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the patch, if there is one.")] = None,
    revision: o.Base = "HEAD",
    sandbox: o.Sandbox = "docker",
    candidates: o.Candidates = 1,
    config: o.Config = None,
    recording: o.Recording = None,
    no_model: o.NoModel = False,
    json: o.Json = False,
) -> None:
    """Run unattended: plan, let a written policy decide, execute, verify, write report files.

    Nobody is asked. A plan that the policy does not allow waits for a human, and the exit code is 3.
    """
    from patchwright.agent.errors import UsageError
    from patchwright.api import transforming
    from patchwright.api.choices import chosen
    from patchwright.api.ci import ci as doing
    from patchwright.api.starting import Order

    if bool(issue) == bool(transform):
        raise UsageError("Give either --issue or --transform.")
    definition, name = "", ""
    if transform:
        definition, found = transforming.load(transform)
        issue, name = transforming.issue_of(found), found.name
    choices = chosen(config, recording, no_model)
    order = Order(repository, issue, revision, False, sandbox, choices, json, False, candidates, definition)
    files = doing.Files(junit, sarif, summary, patch)
    raise typer.Exit(doing.ci(order, server, approve_by, fail_on, files, name))
