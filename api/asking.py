"""The gate in a terminal: show the plan, ask, act on the answer, until the run has left the gate."""

from patchwright.agent import runs
from patchwright.agent.deps import Deps
from patchwright.agent.errors import UsageError
from patchwright.agent.plan import Plan
from patchwright.agent.run import GATE, Run
from patchwright.api.ask import Decided, ask, yes
from patchwright.api.concluding import show_changes, show_plan
from patchwright.api.drafttext import from_text, to_text
from patchwright.api.editor import edit_until
from patchwright.api.place import Place
from patchwright.api.screen import Screen
from patchwright.api.work import work


def decide_in_terminal(place: Place, deps: Deps, run: Run, who: str, *, full: bool = False) -> tuple[Run, int]:
    """The run after the person's decisions, and the revision that is on the screen."""
    shown: Plan | None = None
    while run.status in GATE:
        plan = place.store.plan(run.id)
        if plan is None:
            break
        if shown is None or shown.revision != plan.revision:
            show_plan(place.screen, run, plan, full=full)
            show_changes(place.screen, shown, plan)
        shown = plan
        decided = ask(place.screen, plan)
        if decided.answer == "leave":
            break
        run = _act(place, deps, run, plan, decided, who)
    return run, shown.revision if shown else 0


def edit_by_hand(screen: Screen, deps: Deps, run_id: str, plan: Plan, who: str) -> Plan | None:
    """A human's revision made in an editor; None if nothing was changed."""

    def again(error: UsageError) -> bool:
        screen.say(str(error), "red")
        if not screen.interactive():
            raise error
        return not yes(screen, "Throw the edit away?")

    draft = edit_until(to_text(plan.draft), lambda text: from_text(text, plan.draft), again)
    if draft is None or draft == plan.draft:
        return None
    return runs.edit(deps, run_id, draft, by=who)


def _act(place: Place, deps: Deps, run: Run, plan: Plan, decided: Decided, who: str) -> Run:
    match decided.answer:
        case "full":
            show_plan(place.screen, run, plan, full=True)
            return run
        case "edit":
            if edit_by_hand(place.screen, deps, run.id, plan, who) is None:
                place.screen.say("The plan was left as it is.")
            return place.store.run(run.id)
        case "approve" | "revise" | "reject":
            runs.decide(
                deps, run.id, decided.answer, by=who, revision=plan.revision, sha256=plan.sha256, notes=decided.notes
            )
            return work(deps, place.screen, run.id)
        case "leave":
            return run
