"""What a default installation does not have is named with how to get it, and is no defect."""

import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from patchwright.api import door, exits
from patchwright.api.extras import extra_of

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("dbos", "service"),
        ("psycopg", "service"),
        ("psycopg_pool", "service"),
        ("langgraph.checkpoint.postgres", "service"),
        ("opentelemetry", "service"),
        ("githubkit", "service"),
        ("pyarrow", "eval"),
        ("selenium", ""),
        ("textual", ""),
        ("nobody", ""),
    ],
)
def test_a_module_leads_to_its_extra(module: str, extra: str) -> None:
    assert extra_of(module) == extra


@pytest.mark.parametrize("extra", ["service", "eval"])
def test_every_requirement_of_an_extra_is_found_by_a_module_of_it(extra: str) -> None:
    modules = packages_distributions()
    for line in PROJECT["optional-dependencies"][extra]:
        name = Requirement(line).name.lower().replace("-", "_")
        of_it = [
            module for module, names in modules.items() if name in (one.lower().replace("-", "_") for one in names)
        ]
        assert of_it and (
            any(extra_of(module) == extra for module in of_it) or extra_of(name.replace("_", ".")) == extra
        ), line


def test_the_door_says_what_to_install(capsys: pytest.CaptureFixture[str]) -> None:
    assert door.tell(ModuleNotFoundError("No module named 'dbos'", name="dbos")) == exits.USAGE
    said = capsys.readouterr().err
    assert "needs dbos" in said and "pip install 'patchwright[service]'" in said
    assert "defect" not in said
