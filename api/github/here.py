"""A door without a server: one process handles one event of GitHub Actions, works on the run, and ends.

The state folder is brought along from the last time (`state`), so that an approval finds the plan that it names.
"""

import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from patchwright.agent.errors import UsageError
from patchwright.agent.parse import mapping
from patchwright.agent.run import Run
from patchwright.api import exits
from patchwright.api.assemble import assemble, reap_in_background
from patchwright.api.choices import Choices
from patchwright.api.github.access import Access
from patchwright.api.github.book import Book
from patchwright.api.github.door import GithubDoor
from patchwright.api.github.events import Ask, Ignored, Place, read_delivery, redacted
from patchwright.api.github.grammar import PREFIX, Command, read_command
from patchwright.api.github.payloads import Delivery, Repository
from patchwright.api.github.settings import PUBLIC_API, GithubSettings, read_github
from patchwright.api.github.worker import work
from patchwright.api.place import Place as Desk
from patchwright.api.place import open_place
from patchwright.api.screen import Screen
from patchwright.api.work import work as work_on
from patchwright.tools.secrets import Redactor

BOT = "github-actions[bot]"
"""Who GITHUB_TOKEN writes as; GitHub does not tell it."""
EVERY = 0.5
IDLE = 600.0
"""Seconds that a job waits for GitHub with nothing else to do."""
LARGEST_EVENT = 25 << 20


@dataclass
class Here:
    """Legs that this process works on, one after the other."""

    waiting: list[str] = field(default_factory=list[str])

    def submit(self, run_id: str, *, priority: int = 0, key: str = "") -> None:
        """See `Dispatch`."""
        if run_id not in self.waiting:
            self.waiting.append(run_id)

    def cancel(self, run_id: str) -> None:
        """See `Dispatch`."""
        self.waiting = [one for one in self.waiting if one != run_id]

    def depth(self) -> int:
        """See `Dispatch`."""
        return len(self.waiting)

    def close(self) -> None:
        """See `Dispatch`."""


def act(choices: Choices, *, as_json: bool) -> int:
    """Handle the event that started this job of GitHub Actions. Raises `UsageError`."""
    env = os.environ
    settings = action_settings(env, open_place(config=choices.config).settings.github)
    place = open_place(as_json=as_json, config=choices.config)
    redactor = Redactor((*place.settings.secrets(), *settings.secrets()))
    place = replace(place, screen=Screen(redactor, as_json))
    ask = event_ask(settings, env)
    if isinstance(ask, Ignored):
        place.screen.say(f"Nothing to do: {ask.why}.")
        return exits.VERIFIED
    reap_in_background(place.settings, place.store, settings.table.sandbox)
    legs, book = Here(), Book(place.store)
    book.hear(
        f"{env.get('GITHUB_RUN_ID', '')}-{env.get('GITHUB_RUN_ATTEMPT', '')}", "action", redacted(ask, redactor.ours)
    )
    deps = assemble(place, choices)
    door = GithubDoor(settings, book, Access(settings), deps, legs, redactor, choices)
    return _told(place, door, _worked(place, door, legs, choices))


def action_settings(env: Mapping[str, str], table: Mapping[str, Any]) -> GithubSettings:
    """By the job's environment: its repository, its token, its GitHub. Raises `UsageError`."""
    repository, token = env.get("GITHUB_REPOSITORY", ""), env.get("GITHUB_TOKEN", "")
    if not repository or not token or not env.get("GITHUB_EVENT_PATH"):
        raise UsageError(
            "This is for a job of GitHub Actions: GITHUB_REPOSITORY, GITHUB_EVENT_PATH and GITHUB_TOKEN are not set. "
            "`patchwright serve` is the door for a machine of yours."
        )
    given = {"login": BOT, **table, "repositories": (repository,), "token_env": "GITHUB_TOKEN"}
    given["api_url"] = env.get("GITHUB_API_URL", PUBLIC_API)
    return replace(read_github(given, env, Path.cwd()), private_key="")


def event_ask(settings: GithubSettings, env: Mapping[str, str]) -> Ask | Ignored:
    """What the job's event asks for; a workflow that was started by hand names an issue and a command."""
    payload, event = event_payload(env), env.get("GITHUB_EVENT_NAME", "")
    if event != "workflow_dispatch":
        return read_delivery(settings, event, payload)
    return _by_hand(payload, env)


def event_payload(env: Mapping[str, str]) -> dict[str, Any]:
    """What GitHub wrote down for this job."""
    with Path(env["GITHUB_EVENT_PATH"]).open("rb") as file:
        return mapping(json.loads(file.read(LARGEST_EVENT)))


def _by_hand(payload: dict[str, Any], env: Mapping[str, str]) -> Ask | Ignored:
    delivery, inputs = Delivery.model_validate(payload), mapping(payload.get("inputs"))
    command = read_command(f"{PREFIX} {inputs.get('command') or 'fix'}")
    number = str(inputs.get("issue", ""))
    if not isinstance(command, Command) or not number.isdigit():
        raise UsageError("The workflow's inputs are `issue`, a number, and `command`, such as fix or plan.")
    repository, by = delivery.repository, delivery.sender
    if repository is None or by is None:
        return Ignored("the event is about no repository")
    key = f"dispatch:{repository.id}:{env.get('GITHUB_RUN_ID', '')}"
    return Ask(key, _place(repository, int(number)), by, "dispatch", 0, "", command)


def _place(repository: Repository, number: int) -> Place:
    return Place(repository.id, repository.full_name, number)


def _worked(place: Desk, door: GithubDoor, legs: Here, choices: Choices) -> list[Run]:
    """Until nothing is left: the door's loop beside, the legs in this thread, where a signal parks them."""
    stop, worked = threading.Event(), dict[str, Run]()
    loop = threading.Thread(target=work, args=(door, stop), name="github", daemon=True)
    loop.start()
    patience = time.monotonic() + IDLE
    try:
        while legs.waiting or (door.book.unfinished() and time.monotonic() < patience):
            if legs.waiting:
                run_id = legs.waiting.pop(0)
                worked[run_id] = work_on(assemble(place, choices, run_id), place.screen, run_id)
                patience = time.monotonic() + IDLE
            stop.wait(EVERY)
    finally:
        stop.set()
        loop.join()
    return list(worked.values())


def _told(place: Desk, door: GithubDoor, worked: list[Run]) -> int:
    """One line a run; a run that waits is no failure of the job."""
    dead = [result for _, state, _, result in door.book.asks() if state == "dead"]
    if place.screen.as_json:
        place.screen.data({"runs": [{"id": run.id, "status": run.status, "verdict": run.verdict} for run in worked]})
    for reason in dead:
        place.screen.say(f"Given up: {reason}", "red")
    failed = dead or any(run.status == "infra_failed" for run in worked)
    return exits.INFRASTRUCTURE if failed else exits.VERIFIED
