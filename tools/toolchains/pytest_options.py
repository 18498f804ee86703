"""What a project's pytest settings mean for a judge: every test's result, and nothing that hides one."""

import shlex
from collections.abc import Mapping

from patchwright.tools.toolchains.base import parse_ini, strings, table, text_of, toml_of
from patchwright.tools.tree import FileTree

WITH_VALUE = frozenset(
    (
        *(
            "-n",
            "--numprocesses",
            "--dist",
            "--maxprocesses",
            "--maxfail",
            "--junitxml",
            "--junit-xml",
            "--cov",
            "--tb",
        ),
        *(
            "--cov-report",
            "--cov-config",
            "--cov-fail-under",
            "--durations",
            "--html",
            "--color",
            "-r",
            "--junit-prefix",
        ),
        *("--rootdir", "--cov-context", "--durations-min", "--show-capture", "--verbosity", "--basetemp", "-c"),
    )
)
"""Options that do not change any verdict (or take results away), and take a value."""

ALONE = frozenset(
    (
        *(
            "-x",
            "--exitfirst",
            "--ff",
            "--failed-first",
            "--lf",
            "--last-failed",
            "--nf",
            "--new-first",
            "--sw",
            "--stepwise",
        ),
        *(
            "-v",
            "-vv",
            "-vvv",
            "-q",
            "-qq",
            "-s",
            "-l",
            "--showlocals",
            "--no-cov",
            "--cov",
            "--cov-branch",
            "--cov-append",
        ),
        *("--flake8", "--pep8", "--pylint", "--mypy", "--black", "--isort", "--verbose", "--quiet", "--random-order"),
        *(
            "--no-header",
            "--no-summary",
            "--pdb",
            "--cache-clear",
            "--full-trace",
            "--strict-config",
            "--self-contained-html",
        ),
    )
)
"""The same without a value: verbosity, coverage, stopping early, order, linters dressed as tests."""

GLUED = ("-n", "-r", "-vv", "--cov-", "--durations-")


def pytest_settings(tree: FileTree) -> Mapping[str, str] | None:
    """The settings of the file that pytest would read, as text by name; None if the project has none."""
    for path, section in (("pytest.ini", "pytest"), (".pytest.ini", "pytest")):
        if found := parse_ini(text_of(tree, path)):
            return found.get(section, {})
    tools = table(toml_of(tree, "pyproject.toml"), "tool", "pytest")
    if tools:
        settings = table(tools, "ini_options") or tools
        return {name: " ".join(strings(value)) or str(value) for name, value in settings.items()}
    for path, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        sections = parse_ini(text_of(tree, path))
        if section in sections:
            return sections[section]
    return None


def judging_addopts(addopts: str) -> tuple[str, tuple[str, ...]]:
    """The configured options without those that hide results or need plugins which no verdict needs, and those."""
    try:
        words = shlex.split(addopts, comments=False)
    except ValueError:
        return addopts, ()
    kept: list[str] = []
    dropped: list[str] = []
    while words:
        word = words.pop(0)
        name, glued, _ = word.partition("=")
        if name in WITH_VALUE and not glued and words and not words[0].startswith("-"):
            dropped += [word, words.pop(0)]
        elif name in WITH_VALUE or word in ALONE or (word.startswith(GLUED) and word[:2] != "--no"):
            dropped.append(word)
        else:
            kept.append(word)
    return shlex.join(kept), tuple(dropped)
