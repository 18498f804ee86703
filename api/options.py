"""The options that several commands share, each described once."""

from pathlib import Path
from typing import Annotated, Literal

from typer import Argument, Option


def _complete(incomplete: str) -> list[tuple[str, str]]:
    from patchwright.api.naming import complete  # late: only the shell's completion needs the store

    return list(complete(incomplete))


Repository = Annotated[str, Argument(metavar="REPO", help="A folder with a git repository, or a git URL.")]
Issue = Annotated[str, Argument(metavar="ISSUE", help="What should change: words, @FILE, or - for standard input.")]
Run = Annotated[str, Argument(metavar="RUN", help="The beginning of a run's id, or `last`.", autocompletion=_complete)]
SomeRun = Annotated[str, Argument(metavar="[RUN]", help="Begins with this run.", autocompletion=_complete)]
Base = Annotated[str, Option("--revision", "--base", metavar="COMMIT", help="The commit to start from.")]
Dirty = Annotated[bool, Option("--include-dirty", help="Begin with the uncommitted changes of the checkout.")]
Sandbox = Annotated[
    Literal["docker", "local"],
    Option(help="`local` runs the repository's code on this machine without isolation: for trusted code only."),
]
Config = Annotated[Path | None, Option(metavar="FILE", help="Settings instead of the user's own.")]
Recording = Annotated[Path | None, Option(metavar="FILE", help="Play a recorded model instead of asking one.")]
NoModel = Annotated[bool, Option("--no-model", help="Recipes only, even if a model is configured.")]
Json = Annotated[bool, Option("--json", help="One JSON object on standard output and nothing else.")]
Full = Annotated[bool, Option("--full", help="Show all of the plan, nothing cut.")]
By = Annotated[str, Option(metavar="NAME", help="Who decides; else PATCHWRIGHT_USER, else the system's user.")]
Note = Annotated[str, Option(metavar="TEXT", help="Words that are kept with the decision.")]
Revision = Annotated[int, Option(metavar="N", min=1, help="The revision of the plan that is approved.")]
Shown = Annotated[int | None, Option("--revision", metavar="N", min=1, help="An earlier revision of the plan.")]
Hash = Annotated[str, Option("--sha256", metavar="HEX", help="At least 12 digits of that revision's hash.")]
Candidates = Annotated[
    int,
    Option(metavar="N", min=1, max=8, help="Execute the plan N times, each differently, and keep the best."),
]
CandidatesOfPlan = Annotated[
    int | None,
    Option("--candidates", metavar="N", min=1, max=8, help="Approve N executions: a revision of yours that says so."),
]
