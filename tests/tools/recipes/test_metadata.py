"""What shuts the target out of a project's metadata is opened, and nothing around it moves (FS-05)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.tools.recipes.metadata import RECIPES, open_for
from patchwright.tools.recipes.platform import Knobs
from patchwright.tools.recipes.registry import find_recipe
from tests.tools.trees import MemoryTree

KNOBS = Knobs(release=(3, 13))


def rewritten(name: str, path: str, text: str) -> tuple[str, list[str]]:
    recipe = find_recipe(name, KNOBS)
    assert recipe is not None
    done = recipe.apply(MemoryTree({path: text}))
    again = recipe.apply(MemoryTree({path: done.changes.get(path) or text.encode()}))
    assert not again.changes, "twice is once"
    changed = done.changes.get(path)
    return changed.decode() if changed else text, [f"{left.line} {left.reason}" for left in done.leftovers]


@pytest.mark.parametrize(
    ("written", "opened"),
    [
        (">=2.7, <3.8", ">=2.7"),
        (">=3.4,<=3.9", ">=3.4"),
        ("<3.8", ">=3.13"),
        ("==3.6.*", ">=3.6"),
        ("~=3.6.1", ">=3.6.1"),
        (">=3.6, !=3.13.*, <4", ">=3.6, <4"),
        (">=2.7, !=3.0.*, <4", ">=2.7, !=3.0.*, <4"),
        ("~=3.6", "~=3.6"),
    ],
)
def test_only_the_clauses_that_shut_the_target_out_go(written: str, opened: str) -> None:
    assert open_for(written, (3, 13)) == opened


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (
            "setup.py",
            "setup(\n  python_requires='>=3.4,<3.9',  # why\n)\n",
            "setup(\n  python_requires='>=3.4',  # why\n)\n",
        ),
        (
            "setup.cfg",
            "[options]\r\npython_requires = >=3.4, <3.9\r\nx = 1\r\n",
            "[options]\r\npython_requires = >=3.4\r\nx = 1\r\n",
        ),
        ("pyproject.toml", 'requires-python = ">=3.4,<3.9"\n', 'requires-python = ">=3.4"\n'),
        ("setup.py", "# python_requires='<3.9'\n", "# python_requires='<3.9'\n"),
        ("sub/setup.py", "python_requires='<3.9'\n", "python_requires='<3.9'\n"),
    ],
)
def test_the_required_python_is_opened_where_it_is_written(path: str, before: str, after: str) -> None:
    assert rewritten("python.requires-python", path, before) == (after, [])


def test_what_cannot_be_opened_is_named_with_its_line() -> None:
    assert rewritten("python.requires-python", "setup.cfg", "[o]\npython_requires = >=3.14\n")[1] == [
        "2 '>=3.14' asks for a newer Python"
    ]
    assert rewritten("python.requires-python", "setup.cfg", "python_requires = three\n")[1] == [
        "1 'three' is no version specifier"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[\n  'P 3.4',\n  'P 3.8'\n]\n", "[\n  'P 3.4',\n  'P 3.8',\n  'P 3.13'\n]\n"),
        ("  'P 3.9',\r\n  'P 3.10',\r\n  'X',\r\n", "  'P 3.9',\r\n  'P 3.10',\r\n  'P 3.13',\r\n  'X',\r\n"),
        ("  P 3.8\n  P 2.7\n", "  P 3.8\n  P 3.13\n  P 2.7\n"),
        ("'P 3.13',\n'P 3.12',\n", "'P 3.13',\n'P 3.12',\n"),
        ("'P 2.7',\n", "'P 2.7',\n"),
    ],
)
def test_the_target_is_named_after_the_newest_python_that_is(before: str, after: str) -> None:
    full = "Programming Language :: Python :: "
    assert rewritten("python.classifiers", "setup.py", before.replace("P ", full))[0] == after.replace("P ", full)


@given(st.binary() | st.text().map(lambda text: b"python_requires = " + text.encode("utf-8", "surrogatepass")))
def test_no_input_makes_them_crash(data: bytes) -> None:
    for recipe in RECIPES:
        found = find_recipe(recipe.name, KNOBS)
        assert found and found.apply(MemoryTree({"setup.cfg": data, "setup.py": data})) is not None
