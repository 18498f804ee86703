"""`patchwright worker` and `workers`: what can be said on the command line. What is done is imported when needed."""

from pathlib import Path
from typing import Annotated

import typer

from patchwright.api import options as o


def worker(
    concurrency: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Runs at once; else [workers] concurrency of the settings.")
    ] = None,
    ready_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Touched every second while it takes runs; gone when it ends.")
    ] = None,
    config: o.Config = None,
) -> None:
    """Work on queued runs until SIGTERM or Ctrl-C; then their work is handed on within 30 seconds.

    With PATCHWRIGHT_DATABASE=postgresql://... any number of workers on any number of machines share one queue.
    """
    from patchwright.api.dispatch import working

    raise typer.Exit(working.work(str(config.absolute()) if config else "", concurrency, ready_file))


def workers(
    here: Annotated[bool, typer.Option("--here", help="Only those on this machine.")] = False,
    json: o.Json = False,
) -> None:
    """Who works on queued runs, and how many wait. Ends with 4 if nobody does: a probe for a supervisor."""
    from patchwright.api.dispatch import working

    raise typer.Exit(working.show(here=here, as_json=json))


def gc(
    older_than: Annotated[
        float, typer.Option(metavar="DAYS", min=0, help="How long ago a run has to have ended.")
    ] = 30,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be freed, and free nothing.")] = False,
    json: o.Json = False,
) -> None:
    """Forget runs that ended long ago, and clones, results and images that no run needs."""
    from patchwright.api import collecting

    raise typer.Exit(collecting.collect(days=older_than, dry_run=dry_run, as_json=json))
