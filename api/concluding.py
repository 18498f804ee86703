"""How a command that worked on a run ends: what there is to see, what to do next, and the exit code."""

from patchwright.agent import views
from patchwright.agent.plan import Plan
from patchwright.agent.run import ENDED, GATE, Run
from patchwright.agent.store.store import Store
from patchwright.api import exits
from patchwright.api.naming import short
from patchwright.api.outcome import next_commands, report_view
from patchwright.api.place import Place
from patchwright.api.render import approve_lines, changes_since, plan_view
from patchwright.api.screen import Screen


def conclude(place: Place, run: Run, *, full: bool = False, shown: int = 0) -> int:
    """Show where the run stands and return the exit code. Revision `shown` was on the screen already."""
    screen, store = place.screen, place.store
    if screen.as_json:
        screen.data(views.summary(store, run.id))
        return exits.of_run(run)
    plan = store.plan(run.id)
    if run.status in GATE and plan is not None:
        if plan.revision != shown:
            show_plan(screen, run, plan, full=full)
        how_to_decide(screen, run, plan)
    elif run.status in ENDED:
        show_end(place, run)
    else:
        how_to_go_on(screen, run)
    return exits.of_run(run)


def show_plan(screen: Screen, run: Run, plan: Plan, *, full: bool = False) -> None:
    """The plan, and what was hidden in the issue that led to it (PI-02)."""
    screen.show("", *plan_view(screen, run.id, plan, full=full))
    if run.issue.hidden:
        screen.show(screen.text(f"{run.issue.hidden} hidden characters were removed from the issue.", "bold yellow"))


def show_changes(screen: Screen, old: Plan | None, new: Plan) -> None:
    """What a revision changed against the last one."""
    if old is not None and old.revision != new.revision:
        screen.show("", screen.text(f"Changed since revision {old.revision}:", "bold"))
        indents = ((line, len(line) - len(line.lstrip()) + 2) for line in changes_since(old, new))
        screen.show(*(screen.text(" " * indent + screen.line(line)) for line, indent in indents))


def how_to_decide(screen: Screen, run: Run, plan: Plan) -> None:
    """The commands that decide, ready to be copied: one a line, never wrapped."""
    words = "The run waits for an answer" if run.status == "needs_input" else "Nothing has been changed. To go on"
    screen.show("", screen.text(f"{words}:", "bold"))
    for line in approve_lines(run.id, plan):
        screen.out.print(screen.text(f"  {line}", "cyan"), soft_wrap=True, markup=False, highlight=False)


def how_to_go_on(screen: Screen, run: Run) -> None:
    """The command that goes on with a parked run; why it is parked has been said."""
    screen.say(f"Run {short(run.id)} is parked ({run.status}), nothing is lost. To go on:", "yellow")
    screen.say(f"  patchwright resume {short(run.id)}", "cyan")


def show_end(place: Place, run: Run) -> None:
    """The report, where the patch lies, and what can be done with it."""
    screen, store = place.screen, place.store
    if store.artifact(run.id, "report.json") is None:
        screen.show(screen.text(f"Run {short(run.id)} is {run.status}{f': {run.reason}' if run.reason else ''}."))
        return
    screen.show(*report_view(screen, views.report(store, run.id)))
    path = lay_out(place, run)
    lines = next_commands(run)
    screen.show("")
    if path:
        screen.out.print(screen.text(f"Patch: {path}"), soft_wrap=True, markup=False, highlight=False)
    screen.show(*(screen.text(f"  {line}", "cyan") for line in lines))


def lay_out(place: Place, run: Run) -> str:
    """The patch as a file in the state folder, for tools that want one; "" if the run has none."""
    if not has_patch(place.store, run):
        return ""
    folder = place.settings.state / "patches"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{short(run.id)}.diff"
    path.write_bytes(views.patch(place.store, run.id))
    return str(path)


def has_patch(store: Store, run: Run) -> bool:
    """Whether the run came to a patch."""
    return store.artifact(run.id, "patch.diff") is not None
