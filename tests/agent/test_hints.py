"""Hints: files for agents whole, of files for people the commands that build or test; all of it data."""

import pytest

from patchwright.agent.hints import MAX_COMMANDS, hints_of
from tests.tools.trees import MemoryTree

README = """# Shop

Make sure that tests pass. Go to our site, and test it.
make is needed to build.

```console
$ python -m pytest -q tests
pip install shop
```

    tox -e py311

1. Run `npm test` or:
- `cargo test --all`

    git commit -m test
make test
> make check
"""


def hints(**files: str) -> dict[str, str]:
    tree = MemoryTree({path.replace("__", "/").replace("_md", ".md"): text for path, text in files.items()})
    return {hint.path: hint.text for hint in hints_of(tree)}


def test_a_readme_gives_the_commands_that_build_or_test() -> None:
    commands = "python -m pytest -q tests\ntox -e py311\nnpm test\ncargo test --all\nmake test\nmake check"
    assert hints(README_md=README) == {"README.md": commands}


def test_a_file_for_agents_is_shown_as_it_is_and_first() -> None:
    found = hints(README_md=README, AGENTS_md="Use tabs.\n", CONTRIBUTING="    ./run_tests.sh\n")
    assert list(found) == ["AGENTS.md", "CONTRIBUTING", "README.md"]
    assert found["AGENTS.md"] == "Use tabs."
    assert found["CONTRIBUTING"] == "./run_tests.sh"


def test_long_files_are_cut_and_say_so() -> None:
    found = hints(AGENTS_md="line\n" * 5000, README_md="".join(f"    make test-{n}\n" for n in range(50)))
    assert found["AGENTS.md"].endswith("[… cut; read the file for more …]")
    assert len(found["AGENTS.md"]) < 3100
    assert found["README.md"].count("make test-") == MAX_COMMANDS
    assert found["README.md"].endswith("[… 40 more; read the file …]")


def test_pi_02_what_a_reader_does_not_see_is_no_hint() -> None:
    assert hints(README_md="<!--\n    make test\n-->\n    make\u200b check\n") == {"README.md": "make check"}


@pytest.mark.parametrize("path", ["src/README.md", "docs/guide.md", "README.html"])
def test_other_files_give_no_hints(path: str) -> None:
    assert hints_of(MemoryTree({path: "    make test\n"})) == ()


def test_a_readme_that_is_no_text_gives_no_hint() -> None:
    assert hints_of(MemoryTree({"README.md": b"\xff\0make test\n"})) == ()
