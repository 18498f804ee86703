"""The dashboard asks for nothing that the service does not tell."""

import json
import re
from pathlib import Path

DASHBOARD = Path(__file__).parents[3] / "deploy" / "grafana.json"
METRICS = Path(__file__).parents[3] / "api" / "http" / "metrics.py"


def test_every_metric_of_the_dashboard_is_one_of_the_service() -> None:
    told = set(re.findall(r'_(?:gauge|counter)\(\s*"(\w+)"', METRICS.read_text()))
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = {
        name.removesuffix("_total")
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"patchwright_(\w+)", target["expr"])
    }
    assert asked
    assert asked <= told
