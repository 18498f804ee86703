"""The API on a server's store: it answers, and no look at the server holds the event loop up."""

import asyncio
import threading
from dataclasses import replace

from patchwright.agent.config import ServiceTable
from patchwright.agent.store.database import open_database
from patchwright.agent.store.store import Store
from patchwright.api.http.schemas import NewRun
from patchwright.api.http.service import open_service
from patchwright.evals.bench.postgres import Server
from tests.api.http.conftest import Served, running
from tests.api.http.local_dispatch import LocalDispatch
from tests.e2e.stage import Stage


def test_runs_are_asked_for_listed_and_cancelled_on_a_server(stage: Stage, postgres_server: Server) -> None:
    store = Store(open_database(postgres_server.new_database()))
    dispatch = LocalDispatch(stage, works=False)
    table = ServiceTable(repositories=(str(stage.repository),))
    service = open_service(replace(stage.deps(), store=store), dispatch, table, sandbox=stage.sandbox)
    with running(service) as url:
        served = Served(url, service, dispatch)
        with served.client("admin", "anna") as client:
            order = NewRun(repository=str(stage.repository), issue="The word is wrong.")
            run = client.start(order, idempotency_key="one")
            assert client.start(order, idempotency_key="one").id == run.id
            assert client.run(run.id).status == "queued"
            client.cancel(run.id)
        assert served.http("pwk_wrong").get("/v1/runs").status_code == 401
        assert "authenticate" in [line.action for line in service.audit.lines()]
    assert asyncio.run(service.read(threading.get_ident)) != threading.get_ident()
    dispatch.close()
    store.database.close()


def test_a_look_at_a_file_stays_where_it_is(stage: Stage) -> None:
    service = open_service(stage.deps(), LocalDispatch(stage, works=False), ServiceTable())
    assert asyncio.run(service.read(threading.get_ident)) == threading.get_ident()
