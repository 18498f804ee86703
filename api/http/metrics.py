"""What the service counts, read off the store when it is asked for: true also after a restart, and of all servers."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from patchwright.agent.run import ENDED, Usage
from patchwright.agent.store.store import Store
from patchwright.api.http.service import Service
from patchwright.api.http.tally import Tally

if TYPE_CHECKING:
    from prometheus_client import Metric

CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8"


def exposition(service: Service) -> bytes:
    """Everything as Prometheus text."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(tuple(_metrics(service))))  # pyright: ignore[reportArgumentType]
    return generate_latest(registry)


@dataclass(frozen=True, slots=True, eq=False)
class _Collected:
    metrics: "tuple[Metric, ...]"

    def collect(self) -> "Iterable[Metric]":
        """As a registry asks for it."""
        return self.metrics


def _metrics(service: Service) -> "Iterator[Metric]":
    store, tally = service.store, service.tally
    yield _gauge("queue_depth", "Runs that wait for a worker.", {"": service.dispatch.depth()})
    yield _gauge("event_followers", "Event streams that are open.", {"": service.hub.followers})
    yield _gauge("runs", "Runs by status.", _grouped(store, "status"), "status")
    yield _counter("verdicts", "Verdicts on patches of runs that have ended.", _grouped(store, "verdict"), "verdict")
    yield _counter("outcomes", "How runs ended.", _grouped(store, "outcome"), "outcome")
    usage, claims = _spent(store, tally)
    tokens = {"in": usage.tokens_in, "out": usage.tokens_out, "cached": usage.tokens_cached}
    yield _counter("tokens", "Tokens of models.", tokens, "direction")
    yield _counter("model_requests", "Requests to models.", {"": usage.requests})
    yield _counter("tool_calls", "Calls of tools by models.", {"": usage.tool_calls})
    yield _counter("money", "Money spent, by the configured prices.", {"": usage.money})
    yield _counter("claims", "Attempts that a model called done, by what the judges said.", claims, "judged")
    refuted = claims["refuted"]
    yield _counter("false_success", "Attempts that a model called done and the judges refuted.", {"": refuted})


def _gauge(name: str, told: str, values: Mapping[str, float], label: str = "") -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    metric = GaugeMetricFamily(f"patchwright_{name}", told, labels=[label] if label else [])
    for key, value in values.items():
        metric.add_metric([key] if label else [], value)
    return metric


def _counter(name: str, told: str, values: Mapping[str, float], label: str = "") -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    metric = CounterMetricFamily(f"patchwright_{name}", told, labels=[label] if label else [])
    for key, value in values.items():
        metric.add_metric([key] if label else [], value)
    return metric


def _grouped(store: Store, column: str) -> dict[str, float]:
    told = f"{column} IS NOT NULL AND {column} <> 'none'"
    query = f"SELECT {column} AS name, count(*) AS number FROM runs WHERE {told} GROUP BY {column}"
    rows = store.database.connection().execute(query)
    return {str(row["name"]): float(row["number"]) for row in rows}


def _spent(store: Store, tally: Tally) -> tuple[Usage, Counter[str]]:
    """What all runs have spent, and what the judges said to their models' claims."""
    rows = list(store.database.connection().execute("SELECT id, status FROM runs"))
    usage, claims = Usage(), Counter[str](green=0, refuted=0)
    for run_id, status in [(row["id"], row["status"]) for row in rows if row["id"] not in tally.counted]:
        of_run, judged = store.usage(run_id), _judged(store, run_id)
        if status in ENDED:
            tally.counted.add(run_id)
            tally.usage, tally.claims = tally.usage.plus(of_run), tally.claims + judged
        else:
            usage, claims = usage.plus(of_run), claims + judged
    total = Counter[str](green=0, refuted=0)
    total.update(tally.claims)
    total.update(claims)
    return tally.usage.plus(usage), total


def _judged(store: Store, run_id: str) -> Counter[str]:
    query = "SELECT data FROM events WHERE run_id=? AND kind='attempt_verified'"
    rows = store.database.connection().execute(query, (run_id,))
    return Counter("green" if json.loads(row["data"]).get("green") else "refuted" for row in rows)
