"""What docs/github.md and docs/ci.md say is so."""

import re
import tomllib
from pathlib import Path

import pytest

from patchwright.api.ci.policy import read_policy
from patchwright.api.github.grammar import VERBS, Command, read_command
from patchwright.api.github.settings import GithubTable
from tests.api.conftest import Inside
from tests.api.conftest import inside as inside  # a fixture
from tests.api.conftest import state as state  # a fixture

DOCS = Path(__file__).parents[3] / "docs"
GITHUB, CI = (DOCS / "github.md").read_text(), (DOCS / "ci.md").read_text()


def test_every_command_is_told_and_every_told_command_is_one() -> None:
    told = re.findall(r"^\| `(/patchwright [^`]+)` \|", GITHUB, re.MULTILINE)
    commands = [read_command(line.replace("HASH", "0123456789ab")) for line in told]
    assert sorted(one.verb for one in commands if isinstance(one, Command)) == sorted(VERBS)


def test_the_settings_are_settings(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", GITHUB, re.DOTALL)
    assert GithubTable.model_validate(tomllib.loads(text)["github"]).labels["java 17"] == "transform java-17"
    (policy,) = re.findall(r"```toml\n(.*?)```", CI, re.DOTALL)
    (tmp_path / "policy.toml").write_text(policy)
    assert read_policy(tmp_path / "policy.toml").table.recipes_only


@pytest.mark.parametrize("document", ["github.md", "ci.md"])
def test_every_option_of_the_commands_exists(inside: Inside, document: str) -> None:
    for line in re.findall(r"patchwright ((?:github setup|serve|ci) [^\n]*)", (DOCS / document).read_text()):
        command = line.split()[:2] if line.startswith("github") else line.split()[:1]
        shown = inside(*command, "--help", COLUMNS="200").stdout.decode()
        assert [option for option in re.findall(r"--[a-z-]+", line.partition("#")[0]) if option not in shown] == []
