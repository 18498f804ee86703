"""The `patchwright` command: what can be said on the command line. What is done is imported when it is needed."""

from pathlib import Path
from typing import Annotated

import typer

from patchwright.api import options as o
from patchwright.api.ci.command import ci
from patchwright.api.dispatch.commands import gc, worker, workers
from patchwright.api.door import Door
from patchwright.api.evaluating import group as evaluating
from patchwright.api.github.commands import group as github
from patchwright.api.http.commands import keys, serve
from patchwright.api.tui.command import tui

EPILOG = (
    "Exit codes: 0 verified, or done; 1 ended without a verified patch; 2 usage or configuration; "
    "3 waiting for a human (Ctrl-C parks a run and ends with 3 as well); 4 infrastructure; "
    "130 Ctrl-C where no run was at work."
)

app = typer.Typer(
    cls=Door,
    name="patchwright",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="An issue goes in, a verified patch comes out.",
    epilog=EPILOG,
)
app.add_typer(evaluating, name="eval")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"patchwright {version('patchwright')}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """An issue goes in, a verified patch comes out."""


@app.command()
def plan(
    repository: o.Repository,
    issue: o.Issue,
    revision: o.Base = "HEAD",
    include_dirty: o.Dirty = False,
    sandbox: o.Sandbox = "docker",
    candidates: o.Candidates = 1,
    config: o.Config = None,
    recording: o.Recording = None,
    no_model: o.NoModel = False,
    full: o.Full = False,
    json: o.Json = False,
) -> None:
    """Make a plan and stop: it waits for a human."""
    from patchwright.api import starting
    from patchwright.api.choices import chosen

    choices = chosen(config, recording, no_model)
    order = starting.Order(repository, issue, revision, include_dirty, sandbox, choices, json, full, candidates)
    raise typer.Exit(starting.plan(order))


@app.command()
def run(
    repository: o.Repository,
    issue: o.Issue,
    yes: Annotated[bool, typer.Option("--yes", help="Approve the plan beforehand, in the name of --by.")] = False,
    by: o.By = "",
    revision: o.Base = "HEAD",
    include_dirty: o.Dirty = False,
    sandbox: o.Sandbox = "docker",
    candidates: o.Candidates = 1,
    config: o.Config = None,
    recording: o.Recording = None,
    no_model: o.NoModel = False,
    full: o.Full = False,
    json: o.Json = False,
) -> None:
    """Plan, ask, execute, verify: the whole way in one go.

    Without a terminal nothing is asked: the run stops at the plan and waits.
    """
    from patchwright.api import starting
    from patchwright.api.choices import chosen

    choices = chosen(config, recording, no_model)
    order = starting.Order(repository, issue, revision, include_dirty, sandbox, choices, json, full, candidates)
    raise typer.Exit(starting.run(order, yes=yes, by=by))


@app.command()
def transform(
    what: Annotated[str, typer.Argument(metavar="REPO|list|show|new|test", help="A repository, or a verb.")],
    name: Annotated[str, typer.Argument(metavar="DEFINITION", help="Such as java-17, or a TOML file.")] = "",
    plan_only: Annotated[bool, typer.Option("--plan", help="Make the plan and stop.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Approve the plan beforehand, in the name of --by.")] = False,
    by: o.By = "",
    revision: o.Base = "HEAD",
    include_dirty: o.Dirty = False,
    sandbox: o.Sandbox = "docker",
    candidates: o.Candidates = 1,
    config: o.Config = None,
    recording: o.Recording = None,
    no_model: o.NoModel = False,
    full: o.Full = False,
    json: o.Json = False,
) -> None:
    """Move a repository to a newer platform: recipes, a model and the compiler, in stages.

    `transform list`, `show NAME`, `new NAME` and `test DEFINITION` are about definitions; a repository in a
    folder of such a name is ./list.
    """
    from patchwright.api import starting, transforming
    from patchwright.api.choices import chosen

    if what in transforming.VERBS:
        raise typer.Exit(transforming.about_definitions(what, name, as_json=json))
    text, definition = transforming.load(name)
    choices, issue = chosen(config, recording, no_model), transforming.issue_of(definition)
    order = starting.Order(what, issue, revision, include_dirty, sandbox, choices, json, full, candidates, text)
    raise typer.Exit(starting.plan(order) if plan_only else starting.run(order, yes=yes, by=by))


@app.command()
def approve(
    name: o.Run,
    revision: o.Revision,
    sha256: o.Hash = "",
    note: o.Note = "",
    candidates: o.CandidatesOfPlan = None,
    by: o.By = "",
    no_execute: Annotated[bool, typer.Option("--no-execute", help="Record the approval only.")] = False,
    config: o.Config = None,
    recording: o.Recording = None,
    no_model: o.NoModel = False,
    json: o.Json = False,
) -> None:
    """Approve one revision of a plan, then execute it."""
    from patchwright.api import deciding
    from patchwright.api.choices import chosen

    act = deciding.Act(name, by, json, choices=chosen(config, recording, no_model))
    named = deciding.Named(revision, sha256, candidates)
    raise typer.Exit(deciding.approve(act, named, note=note, execute=not no_execute))


@app.command()
def revise(
    name: o.Run,
    feedback: Annotated[str, typer.Argument(help="What should be different.")],
    by: o.By = "",
    config: o.Config = None,
    recording: o.Recording = None,
    no_model: o.NoModel = False,
    full: o.Full = False,
    json: o.Json = False,
) -> None:
    """Send the plan back with feedback, and show the new revision."""
    from patchwright.api import deciding
    from patchwright.api.choices import chosen

    act = deciding.Act(name, by, json, full, chosen(config, recording, no_model))
    raise typer.Exit(deciding.revise(act, feedback=feedback))


@app.command()
def edit(name: o.Run, by: o.By = "", full: o.Full = False, json: o.Json = False) -> None:
    """Change the plan by hand in $EDITOR: a revision of your own."""
    from patchwright.api import deciding

    raise typer.Exit(deciding.edit(deciding.Act(name, by, json, full)))


@app.command()
def reject(name: o.Run, note: o.Note = "", by: o.By = "", json: o.Json = False) -> None:
    """Reject the plan: the run ends, nothing is changed."""
    from patchwright.api import deciding

    raise typer.Exit(deciding.reject(deciding.Act(name, by, json), note=note))


@app.command()
def cancel(name: o.Run, json: o.Json = False) -> None:
    """Stop a run in whatever state it is."""
    from patchwright.api import deciding

    raise typer.Exit(deciding.cancel(deciding.Act(name, as_json=json)))


@app.command()
def say(
    name: o.Run,
    text: Annotated[str, typer.Argument(help="What the model should know before it goes on.")],
    by: o.By = "",
    json: o.Json = False,
) -> None:
    """Say something to the model of a run; it reaches it before its next call."""
    from patchwright.api import deciding

    raise typer.Exit(deciding.say(deciding.Act(name, by, json), text))


@app.command()
def pause(name: o.Run, by: o.By = "", json: o.Json = False) -> None:
    """Park a run at its next safe point; `resume` goes on."""
    from patchwright.api import deciding

    raise typer.Exit(deciding.pause(deciding.Act(name, by, json)))


@app.command()
def resume(
    name: o.Run,
    add_budget: Annotated[
        str, typer.Option(metavar="LIMITS", help="Add to this run's budget: tokens=200000,money=1.5,seconds=600")
    ] = "",
    by: o.By = "",
    config: o.Config = None,
    recording: o.Recording = None,
    no_model: o.NoModel = False,
    full: o.Full = False,
    json: o.Json = False,
) -> None:
    """Go on with a run that was interrupted or parked."""
    from patchwright.api import deciding
    from patchwright.api.choices import chosen

    act = deciding.Act(name, by, json, full, chosen(config, recording, no_model))
    raise typer.Exit(deciding.resume(act, add_budget=add_budget))


@app.command("list")
def list_runs(json: o.Json = False) -> None:
    """All runs, newest first."""
    from patchwright.api import looking

    raise typer.Exit(looking.list_runs(as_json=json))


@app.command()
def show(name: o.Run, revision: o.Shown = None, full: o.Full = False, json: o.Json = False) -> None:
    """One run: its plan, who decided, where it stands, what it came to."""
    from patchwright.api import looking

    raise typer.Exit(looking.show(name, revision=revision, as_json=json, full=full))


@app.command()
def events(
    name: o.Run,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run has ended.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """What happened in a run, one line a fact."""
    from patchwright.api import looking

    raise typer.Exit(looking.events(name, wait=follow, as_json=json))


@app.command()
def replay(name: o.Run, json: o.Json = False) -> None:
    """Play a run again with its recorded answers, asking nobody, and say where it goes another way."""
    from patchwright.api import replay as replaying

    raise typer.Exit(replaying.replay(name, as_json=json))


@app.command()
def diff(
    name: o.Run,
    stat: Annotated[bool, typer.Option("--stat", help="Only the files and their lines.")] = False,
    candidate: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="The patch of that candidate, not of the chosen one.")
    ] = None,
) -> None:
    """The patch and nothing else."""
    from patchwright.api import looking

    raise typer.Exit(looking.diff(name, stat=stat, candidate=candidate))


@app.command()
def report(
    name: o.Run,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown.")] = False,
    json: o.Json = False,
) -> None:
    """What a run came to: verdict, steps, checks, files, cost."""
    from patchwright.api import looking

    raise typer.Exit(looking.report(name, as_json=json, markdown=markdown))


@app.command()
def apply(
    name: o.Run,
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="The checkout; else the run's own repository.")] = None,
    branch: Annotated[str, typer.Option(metavar="NAME", help="As a new branch there; no file is touched.")] = "",
    patch: Annotated[Path | None, typer.Option(metavar="FILE", help="Into a new file instead.")] = None,
    json: o.Json = False,
) -> None:
    """Put the patch into a checkout: all of it or nothing."""
    from patchwright.api import taking

    raise typer.Exit(taking.apply(name, taking.Target(to, branch, patch), as_json=json))


@app.command()
def export(
    name: o.Run,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The archive; else patchwright-RUN.tar.gz here.")
    ] = None,
) -> None:
    """Write everything that is known of a run into one archive."""
    from patchwright.api import taking

    raise typer.Exit(taking.export(name, to=to))


@app.command()
def doctor(
    json: o.Json = False,
    probe: Annotated[bool, typer.Option("--probe", help="Ask each model two small questions: what can it do?")] = False,
) -> None:
    """Is everything there? Says how to fix what is not."""
    from patchwright.api.doctor import doctor as examine

    raise typer.Exit(examine(as_json=json, live=probe))


app.command()(tui)
app.command()(ci)
app.command()(serve)
app.add_typer(keys)
app.command()(worker)
app.command()(workers)
app.command()(gc)
app.add_typer(github)
