"""`serve` and `keys` on the command line. What they do is imported when it is needed."""

from pathlib import Path
from typing import Annotated

import typer

from patchwright.api import options as o

keys = typer.Typer(
    name="keys", no_args_is_help=True, help="Who may call the service: keys, and what was done with them."
)

Globs = Annotated[
    list[str] | None, typer.Option("--repository", metavar="GLOB", help="A repository it is for; may be repeated.")
]


def serve(
    host: Annotated[
        str, typer.Option(help="Where to listen. Beyond this machine it takes a key to be there.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8470,
    repository: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Runs may be started on these, beside those of the configuration."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Runs that this process works on at once; 0: others do."),
    ] = None,
    sandbox: o.Sandbox = "docker",
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="TLS: the certificate chain (PEM).")] = None,
    certificate_key: Annotated[Path | None, typer.Option(metavar="FILE", help="TLS: its key.")] = None,
    config: o.Config = None,
    recording: o.Recording = None,
    no_model: o.NoModel = False,
) -> None:
    """Serve the HTTP API and the review page, and work on the runs that are asked for."""
    from patchwright.api.choices import chosen
    from patchwright.api.http import serving

    where = serving.Where(host, port, certificate, certificate_key)
    choices = chosen(config, recording, no_model)
    raise typer.Exit(serving.serve(where, tuple(repository or ()), choices, sandbox, workers))


@keys.command()
def create(
    role: Annotated[str, typer.Option(help="viewer, requester, approver or admin; each may what the one before may.")],
    name: Annotated[str, typer.Option(help="Whose it is; it stands in every record.")] = "",
    repository: Globs = None,
    expires: Annotated[str, typer.Option(metavar="DATE|DAYS", help="2027-01-31, or 90d; else never.")] = "",
    requests_per_minute: Annotated[int | None, typer.Option(min=1, metavar="N")] = None,
    runs_per_hour: Annotated[int | None, typer.Option(min=0, metavar="N")] = None,
    money_per_day: Annotated[float | None, typer.Option(min=0, metavar="MONEY")] = None,
    tokens_per_day: Annotated[int | None, typer.Option(min=0, metavar="N")] = None,
    json: o.Json = False,
) -> None:
    """Make a key and show it, this once: only its hash is kept."""
    from patchwright.api.http import keeping
    from patchwright.api.http.keys import KeyLimits

    limits = KeyLimits(
        requests_per_minute=requests_per_minute,
        runs_per_hour=runs_per_hour,
        money_per_day=money_per_day,
        tokens_per_day=tokens_per_day,
    )
    raise typer.Exit(keeping.create(role, name, tuple(repository or ()), expires, limits, as_json=json))


@keys.command("list")
def list_keys(json: o.Json = False) -> None:
    """Every key there ever was, without its secret."""
    from patchwright.api.http import keeping

    raise typer.Exit(keeping.list_keys(as_json=json))


@keys.command()
def revoke(
    name: Annotated[str, typer.Argument(metavar="KEY", help="Its id, or its name.")], json: o.Json = False
) -> None:
    """Shut a key, at once and for good."""
    from patchwright.api.http import keeping

    raise typer.Exit(keeping.revoke(name, as_json=json))


@keys.command()
def audit(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The newest so many lines.")] = 50, json: o.Json = False
) -> None:
    """Who did what when, and whether the log is whole (exit 1: somebody has changed it)."""
    from patchwright.api.http import keeping

    raise typer.Exit(keeping.audit(limit, as_json=json))
