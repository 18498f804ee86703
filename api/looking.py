"""`list`, `show`, `events`, `diff`, `report`: looking changes nothing."""

import sys

from patchwright.agent import views
from patchwright.agent.errors import NotNow, UsageError
from patchwright.agent.run import ENDED, GATE, PARKED, Run
from patchwright.agent.store import lease
from patchwright.agent.store.store import Store
from patchwright.api import exits
from patchwright.api.concluding import how_to_decide, how_to_go_on, show_changes, show_end, show_plan
from patchwright.api.difftext import diff_text, warnings
from patchwright.api.follow import follow, recorded
from patchwright.api.live import tell_plainly
from patchwright.api.naming import short
from patchwright.api.outcome import stat_lines
from patchwright.api.place import Place, open_place
from patchwright.api.render import alarms
from patchwright.api.wording import Narrator

COLOURS = {"verified": "green", "unverified": "yellow"}


def list_runs(*, as_json: bool) -> int:
    """All runs, newest first."""
    place = open_place(as_json=as_json)
    runs = place.store.runs()
    if as_json:
        place.screen.data([views.summary(place.store, run.id) for run in runs])
    elif runs:
        _table_of(place, runs)
    else:
        place.screen.say("There is no run yet. `patchwright run REPOSITORY ISSUE` starts one.")
    return exits.VERIFIED


def show(name: str, *, revision: int | None, as_json: bool, full: bool) -> int:
    """One run: where it stands, its plan or that revision of it, who decided, what it came to."""
    place = open_place(as_json=as_json)
    run = place.store.run(place.find(name))
    plan = place.store.plan(run.id, revision)
    if revision is not None and plan is None:
        raise NotNow(f"Run {short(run.id)} has no revision {revision} of a plan.")
    if as_json:
        shown = views.summary(place.store, run.id)
        place.screen.data({**shown, "plan": views.plan_object(plan) if plan else None})
        return exits.VERIFIED
    _head(place, run)
    if plan is not None:
        show_plan(place.screen, run, plan, full=full)
        show_changes(place.screen, place.store.plan(run.id, plan.revision - 1), plan)
        _decisions(place, run)
    if run.status in GATE and plan is not None and revision is None:
        how_to_decide(place.screen, run, plan)
    elif run.status in ENDED and revision is None:
        show_end(place, run)
    elif _is_parked(place.store, run):
        how_to_go_on(place.screen, run)
    return exits.VERIFIED


def events(name: str, *, wait: bool, as_json: bool) -> int:
    """What happened, one line a fact; with `wait` until the run has ended or Ctrl-C."""
    place = open_place(as_json=as_json)
    run_id, narrator = place.find(name), Narrator()
    source = follow(place.store, run_id, lambda: _ended(place.store, run_id)) if wait else recorded(place.store, run_id)
    try:
        for event in source:
            if as_json:
                place.screen.plain(event.model_dump_json(ensure_ascii=True))
            else:
                tell_plainly(place.screen, narrator, event, place.screen.out)
    except KeyboardInterrupt:
        return exits.VERIFIED
    return exits.VERIFIED


def diff(name: str, *, stat: bool, candidate: int | None = None) -> int:
    """The patch and nothing else: its very bytes, or in a terminal coloured and with controls escaped."""
    place = open_place()
    run_id, screen = place.find(name), place.screen
    patch = views.patch(place.store, run_id, candidate)
    if stat and candidate:
        raise UsageError("--stat tells of the patch that was chosen: leave out --stat or --candidate.")
    if stat:
        screen.show(*(screen.text(line) for line in stat_lines(views.report(place.store, run_id).files)))
    elif sys.stdout.isatty():
        text = patch.decode("utf-8", "replace")
        screen.out.print(diff_text(screen, text), soft_wrap=True, markup=False, highlight=False)
        for part in alarms(screen, warnings("diff", text)):
            screen.err.print(part, markup=False, highlight=False)
    else:
        screen.raw(patch)
    return exits.VERIFIED


def report(name: str, *, as_json: bool, markdown: bool) -> int:
    """What a run came to."""
    place = open_place(as_json=as_json)
    run = place.store.run(place.find(name))
    found = views.report(place.store, run.id)
    if as_json:
        place.screen.plain(found.model_dump_json(indent=2, ensure_ascii=True))
    elif markdown:
        from patchwright.agent.report import write_report

        place.screen.plain(write_report(found))
    else:
        show_end(place, run)
    return exits.VERIFIED


def standing(store: Store, run: Run) -> str:
    """The status, and whether a process works on it now."""
    if run.status in ENDED | GATE | PARKED:
        return run.status
    return f"{run.status} ({'parked' if _is_parked(store, run) else 'at work'})"


def _is_parked(store: Store, run: Run) -> bool:
    """Whether there is work left which no process does now and no decision is waited for."""
    return run.status not in ENDED | GATE and not lease.is_held(store.database, run.id)


def _ended(store: Store, run_id: str) -> bool:
    return store.run(run_id).status in ENDED


def _table_of(place: Place, runs: list[Run]) -> None:
    from rich import box
    from rich.table import Table

    screen = place.screen
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    rows = [_row(place, run) for run in runs]
    for number, head in enumerate(("run", "status", "outcome", "started (UTC)")):
        table.add_column(head, no_wrap=True, min_width=max(len(head), *(len(row[number]) for row in rows)))
    table.add_column("issue", no_wrap=True, overflow="ellipsis", max_width=120)
    for run, row in zip(runs, rows, strict=True):
        name, status, outcome, started = row
        title = screen.text(screen.line(run.issue.title, 120))
        table.add_row(
            screen.text(name, "cyan"), status, screen.text(outcome, COLOURS.get(run.verdict, "")), started, title
        )
    screen.show(table)


def _row(place: Place, run: Run) -> tuple[str, str, str, str]:
    """Id, status, outcome and start, as short as they are still clear."""
    outcome = run.verdict if run.outcome == "patch" else (run.outcome or "").replace("_", " ")
    stands = "replay" if run.issue.origin == "replay" else standing(place.store, run).replace("_", " ")
    return short(run.id), stands, outcome, run.created_at[5:16].replace("T", " ")


def _head(place: Place, run: Run) -> None:
    screen = place.screen
    reason = f": {run.reason}" if run.reason else ""
    screen.show(
        screen.text(f"Run {run.id}{' (a replay: nobody approved it)' if run.issue.origin == 'replay' else ''}", "bold"),
        screen.text(f"  {screen.line(run.issue.title, 200)}"),
        screen.text(f"  {run.issue.repository} at {run.issue.base_commit[:12]}, sandbox {run.sandbox}", "dim"),
        screen.text(f"  {standing(place.store, run)}{reason}"),
    )


def _decisions(place: Place, run: Run) -> None:
    approvals = place.store.approvals(run.id)
    if approvals:
        place.screen.show("", place.screen.text("Decisions:", "bold"))
    for a in approvals:
        notes = f": {a.notes}" if a.notes else ""
        line = f"  {a.at[:16].replace('T', ' ')}  {a.decision} revision {a.revision} ({a.sha256[:12]}) by {a.by}{notes}"
        place.screen.show(place.screen.text(place.screen.line(line)))
