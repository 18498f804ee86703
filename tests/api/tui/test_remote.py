"""A run of a server is shown and decided on as one of this machine."""

import asyncio
import time
from pathlib import Path

import pytest

from patchwright.agent.errors import NotNow, RunNotFound
from patchwright.agent.run import ENDED, GATE, RunStatus
from patchwright.api.screen import Screen
from patchwright.api.tui.app import PatchwrightApp
from patchwright.api.tui.ink import DARK
from patchwright.api.tui.remote import RemoteHands, RemoteSource
from patchwright.api.tui.source import Order
from patchwright.tools.secrets import Redactor
from tests.api.http.conftest import Serve
from tests.api.http.conftest import own_environment as own_environment
from tests.api.http.conftest import serve as serve
from tests.api.http.conftest import stage as stage
from tests.api.tui.stage import press, settled, shown, told
from tests.e2e.stage import Stage


def until(source: RemoteSource, run_id: str, statuses: frozenset[RunStatus]) -> None:
    deadline = time.monotonic() + 60
    while source.look(run_id, 0).run.status not in statuses:
        assert time.monotonic() < deadline, source.look(run_id, 0).run
        time.sleep(0.1)


def test_a_run_of_a_server_is_approved_read_and_taken_from_the_screen(
    serve: Serve, stage: Stage, tmp_path: Path
) -> None:
    client = serve().client("admin", "anna")
    source, hands = RemoteSource(client, "https://there"), RemoteHands(client)
    run_id = hands.start(Order(str(stage.repository), stage.text))
    until(source, run_id, GATE)

    async def story() -> None:
        screen = Screen(Redactor(()))
        app = PatchwrightApp(screen, DARK, source, lambda: hands, source.find("last"), drafts=tmp_path / "drafts")
        async with app.run_test(size=(120, 40)) as pilot:
            await settled(pilot)
            assert "revision 1" in shown(pilot)
            await press(pilot, "a", "y")
            assert "has the decision on revision 1" in told(pilot)
            await asyncio.to_thread(until, source, run_id, ENDED)
            await press(pilot, "3")
            await asyncio.sleep(1.0)
            await settled(pilot)
            assert "right" in shown(pilot), "the diff"
            await press(pilot, "2", "5", "4", "q")
            assert "runs of https://there" in shown(pilot)

    asyncio.run(story())
    target = tmp_path / "it.diff"
    assert str(target) in hands.accept(run_id, "file", str(target))
    assert target.read_bytes() == source.patch(run_id)
    with pytest.raises(NotNow):
        hands.accept(run_id, "branch", "x")
    with pytest.raises(RunNotFound):
        source.find("zzz")
