"""The documentation does not lie: what it names is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path for path in ROOT.glob("**/*.md") if not set(path.relative_to(ROOT).parts) & {".venv", ".demo", "cases"}
)
README = (ROOT / "README.md").read_text()
COMMANDS = sorted(set(re.findall(r"^patchwright ([a-z]+)", README, re.MULTILINE)))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_exists(command: str) -> None:
    program = Path(sys.executable).parent / "patchwright"
    done = subprocess.run([program, command, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and f"patchwright {command}" in done.stdout, done.stderr


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert targets <= made


def test_the_readmes_settings_are_settings(tmp_path: Path) -> None:
    from patchwright.agent.config import parse_file
    from patchwright.agent.restrictions import read_restrictions

    operator, repository = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert parse_file(operator.encode(), "README").roles
    assert read_restrictions(repository.encode()).checks


def test_the_readme_shows_a_verified_run() -> None:
    transcript = re.search(r"<!-- transcript: make demo YES=1 -->\n```text\n(.*?)```", README, re.DOTALL)
    assert transcript and "patch, verified" in transcript[1]
    assert "diff --git a/webob/headers.py b/webob/headers.py" in transcript[1]


def test_every_command_and_option_of_the_page_on_measuring_exists() -> None:
    from typer.main import get_command

    from patchwright.api.evaluating import group

    page = (ROOT / "docs" / "evals.md").read_text()
    commands = get_command(group).commands  # type: ignore[attr-defined] # pyright: ignore
    options = {text for command in commands.values() for one in command.params for text in one.opts}  # pyright: ignore
    assert set(re.findall(r"patchwright eval ([a-z]+)", page)) <= set(commands)  # pyright: ignore
    used = {word for line in re.findall(r"patchwright eval (.*)", page) for word in re.findall(r"--[a-z-]+", line)}
    assert used <= options


def test_the_settings_of_the_page_on_workers_are_settings() -> None:
    from patchwright.agent.config import parse_file

    (settings,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "workers.md").read_text(), re.DOTALL)
    assert parse_file(settings.encode(), "workers.md").workers.per_key == 8
