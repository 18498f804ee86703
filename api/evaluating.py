"""`patchwright eval`: what can be said about measuring. What is done is imported when it is needed."""

from pathlib import Path
from typing import Annotated

import typer

from patchwright.api import options as o

group = typer.Typer(no_args_is_help=True, help="Measure: datasets, runs, grades, reports.", rich_markup_mode=None)

Dataset = Annotated[
    str, typer.Argument(metavar="DATASET", help="A .jsonl, .json or .parquet file, a folder of tasks, or `builtin`.")
]
Instances = Annotated[
    list[str] | None, typer.Option("--instances", metavar="ID", help="Only these; may be given several times.")
]
Workers = Annotated[int, typer.Option(metavar="N", min=1, max=64, help="How many at the same time.")]
Into = Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")]
Mirror = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Bare clones by owner+name or owner/name, instead of the network.")
]
AtLeast = Annotated[
    float, typer.Option(metavar="PERCENT", min=0, max=100, help="Exit code 1 if fewer are resolved: for CI.")
]
AllowImages = Annotated[
    bool, typer.Option("--allow-images", help="Use the images and Dockerfiles that the dataset names.")
]
Environments = Annotated[
    Path | None, typer.Option(metavar="FILE", help="TOML of [[environments]] by repository and version.")
]


@group.command()
def grade(
    predictions: Annotated[
        str, typer.Argument(metavar="PREDICTIONS", help="A predictions file, or `gold` or `empty` to check a dataset.")
    ],
    dataset: Dataset,
    instances: Instances = None,
    run_id: Annotated[str, typer.Option(metavar="NAME", help="The run's name in the report files.")] = "patchwright",
    into: Into = Path(),
    workers: Workers = 2,
    mirror: Mirror = None,
    environments: Environments = None,
    allow_images: AllowImages = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Grade again what was graded before.")] = False,
    at_least: AtLeast = 0,
    at_most: Annotated[float, typer.Option(metavar="PERCENT", min=0, max=100, help="And if more are.")] = 100,
    config: o.Config = None,
    json: o.Json = False,
) -> None:
    """Grade any predictions in fresh containers; report files as the official harness writes them.

    Exit code 0 if all that was submitted was graded, 1 if something could not be read or judged.
    """
    from patchwright.api.evaldoor import Asked, Bounds
    from patchwright.api.evaldoor import grade as act

    asked = Asked(dataset, tuple(instances or ()), into, workers, mirror, allow_images, config, json, environments)
    raise typer.Exit(act(asked, predictions, run_id=run_id, fresh=fresh, bounds=Bounds(at_least, at_most)))


@group.command()
def validate(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="A folder of tasks, or `builtin`.")] = "builtin",
    instances: Instances = None,
    workers: Workers = 2,
    config: o.Config = None,
    json: o.Json = False,
) -> None:
    """Are tasks what they say? The base fails, the reference is right, wrong patches are refused.

    Exit code 0 if all are, else 1.
    """
    from patchwright.api.evaldoor import Asked
    from patchwright.api.evalvalidate import validate as act

    raise typer.Exit(act(Asked(dataset, tuple(instances or ()), Path(), workers, None, False, config, json)))


@group.command()
def run(
    dataset: Dataset,
    config: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Settings to be measured; several are compared.")
    ] = None,
    recorded: Annotated[bool, typer.Option("--recorded", help="Play the tasks' own recordings: no model.")] = False,
    instances: Instances = None,
    into: Annotated[Path, typer.Option(metavar="DIR", help="The evaluation's folder; the same one goes on.")] = Path(
        "evaluation"
    ),
    attempts: Annotated[int, typer.Option(metavar="K", min=1, max=100, help="Runs of each instance.")] = 1,
    workers: Workers = 1,
    shard: Annotated[str, typer.Option(metavar="N/M", help="On this machine only every M-th instance.")] = "1/1",
    approval: Annotated[
        str, typer.Option(metavar="HOW", help="Who approves plans: auto, model, or a TOML file of [[rules]].")
    ] = "auto",
    budget: Annotated[str, typer.Option(metavar="LIMITS", help="Of each run: tokens=500000,money=1,seconds=1800")] = "",
    total: Annotated[str, typer.Option(metavar="LIMITS", help="Of all runs together, in a day (UTC).")] = "",
    dispatch: Annotated[
        bool,
        typer.Option("--dispatch", help="Let the service's workers do the runs, on as many machines as there are."),
    ] = False,
    at_least: AtLeast = 0,
    mirror: Mirror = None,
    environments: Environments = None,
    allow_images: AllowImages = False,
    json: o.Json = False,
) -> None:
    """Run the agent on every instance and grade what it does. Interrupted at any moment, the same command goes on.

    Exit code 0 if everything was done, 4 if the place failed for some instances: the same command tries them again.
    """
    from patchwright.api.evaldoor import Asked, Bounds
    from patchwright.api.evalrunning import Wanted
    from patchwright.api.evalrunning import run as act

    asked = Asked(dataset, tuple(instances or ()), into, workers, mirror, allow_images, None, json, environments)
    bounds = Bounds(at_least)
    wanted = Wanted(tuple(config or ()), recorded, attempts, shard, approval, budget, total, dispatch, bounds)
    raise typer.Exit(act(asked, wanted))


Folders = Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of `eval run`: machines, shards.")]
Html = Annotated[Path | None, typer.Option(metavar="FILE", help="One page with charts and trajectories.")]
Markdown = Annotated[Path | None, typer.Option(metavar="FILE", help="The same words as Markdown.")]


@group.command()
def report(folders: Folders, html: Html = None, markdown: Markdown = None, json: o.Json = False) -> None:
    """What an evaluation came to: resolved with its interval, pass@k, false success, cost, why not."""
    from patchwright.api.evalreport import report as act

    raise typer.Exit(act(folders, html=html, markdown=markdown, as_json=json))


@group.command()
def compare(
    folders: Folders,
    first: Annotated[str, typer.Option("--first", metavar="NAME", help="A configuration; else the first one.")] = "",
    second: Annotated[str, typer.Option("--second", metavar="NAME", help="Another one; else the second one.")] = "",
    html: Html = None,
    markdown: Markdown = None,
    json: o.Json = False,
) -> None:
    """Is one configuration better than another? A paired test, the cost, what flipped and why."""
    from patchwright.api.evalreport import compare as act

    raise typer.Exit(act(folders, first, second, html=html, markdown=markdown, as_json=json))


@group.command()
def mine(
    repository: Annotated[
        str, typer.Argument(metavar="REPO", help="A folder with a git repository, owner/name, or an https address.")
    ],
    to: Annotated[Path, typer.Option(metavar="FILE", help="The dataset that is written.")] = Path("mined.jsonl"),
    count: Annotated[int, typer.Option(metavar="N", min=1, help="How many instances at most.")] = 20,
    revision: o.Base = "HEAD",
    mirror: Mirror = None,
    config: o.Config = None,
    json: o.Json = False,
) -> None:
    """Make instances of a repository's own bug fixes: hidden tests fail before and pass after, checked in Docker."""
    from patchwright.api.evalmining import mine as act

    raise typer.Exit(act(repository, to, count, revision, mirror, config, as_json=json))


@group.command()
def models(
    repository: Annotated[str, typer.Argument(metavar="REPO", help="Your repository, or a dataset that was mined.")],
    config: Annotated[list[Path], typer.Option(metavar="FILE", help="One settings file for each model or endpoint.")],
    into: Annotated[Path, typer.Option(metavar="DIR", help="The folder; the same one goes on.")] = Path("models"),
    count: Annotated[int, typer.Option(metavar="N", min=1, help="How many bug fixes at most.")] = 10,
    attempts: Annotated[int, typer.Option(metavar="K", min=1, max=100, help="Runs of each.")] = 1,
    workers: Workers = 1,
    budget: Annotated[str, typer.Option(metavar="LIMITS", help="Of each run: tokens=500000,money=1,seconds=1800")] = "",
    mirror: Mirror = None,
    json: o.Json = False,
) -> None:
    """Which of your endpoints is best for your repository, by quality, cost and latency."""
    from patchwright.api.evaldoor import Asked
    from patchwright.api.evalmining import models as act
    from patchwright.api.evalrunning import Wanted

    asked = Asked(repository, (), into, workers, mirror, False, None, json)
    raise typer.Exit(act(asked, Wanted(tuple(config), attempts=attempts, budget=budget), count))


@group.command()
def export(
    folders: Folders,
    training: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Conversations as chat-format JSONL, with the verdict as label.")
    ] = None,
    trajectories: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Trajectories of mini-swe-agent, for its viewers.")
    ] = None,
    all_attempts: Annotated[
        bool, typer.Option("--all", help="Also attempts that are not resolved; the label tells them apart.")
    ] = False,
    json: o.Json = False,
) -> None:
    """Take an evaluation's conversations away: for training a model, or for a viewer."""
    from patchwright.api.evalexport import export as act

    raise typer.Exit(act(folders, training, trajectories, all_attempts=all_attempts, as_json=json))


@group.command(hidden=True)
def work(folder: Path, setup: str, instance: str, attempt: int) -> None:
    """One job of an evaluation, in a process of its own."""
    from patchwright.api.evalrunning import work as act

    raise typer.Exit(act(folder, setup, instance, attempt))
