"""Each recipe does what its examples say, leaves everything else alone, and raises on nothing (FS-05)."""

import ast
import codecs
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchwright.tools.recipes.catalogue import RECIPES, by_name, catalogue
from patchwright.tools.recipes.rule import PythonRecipe
from tests.tools.recipes.examples import EXAMPLES, NO_OPS, Example

CLAIM = b"classifiers = ['Programming Language :: Python :: 2.7']\n"
NEWEST = (3, 14)
NAMES = [which.name for which in RECIPES]
SNIPPETS = [example.before for example in EXAMPLES] + list(NO_OPS)


class Files:
    """A tree in memory."""

    key = "0" * 40

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)

    def paths(self) -> Sequence[str]:
        return sorted(self.files)

    def read(self, path: str) -> bytes:
        return self.files[path]


def recipe(name: str) -> PythonRecipe:
    found = by_name(name, NEWEST)
    assert found is not None
    return found


def rewritten(which: PythonRecipe, data: bytes, *, python2: bool = False) -> bytes:
    files = {"m.py": data, "setup.py": CLAIM} if python2 else {"m.py": data}
    changed = which.apply(Files(files)).changes.get("m.py", data)
    assert changed is not None
    return changed


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.recipe)
def test_each_example_becomes_what_it_says(example: Example) -> None:
    done = rewritten(recipe(example.recipe), example.before.encode(), python2=example.python2)
    assert done.decode() == example.after


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.recipe)
def test_twice_is_once(example: Example) -> None:
    done = rewritten(recipe(example.recipe), example.before.encode(), python2=example.python2)
    assert rewritten(recipe(example.recipe), done, python2=example.python2) == done


@pytest.mark.parametrize("text", NO_OPS)
@pytest.mark.parametrize("python2", [False, True])
def test_guarded_and_unrelated_code_is_left_alone_by_all_recipes(text: str, python2: bool) -> None:
    for which in catalogue(NEWEST):
        assert rewritten(which, text.encode(), python2=python2).decode() == text


def test_every_recipe_has_an_example_a_signature_and_a_title_that_fits_a_plan() -> None:
    assert {example.recipe for example in EXAMPLES} == {which.name for which in RECIPES}
    assert len({which.name for which in RECIPES}) == len(RECIPES) >= 20
    assert all(which.signatures and len(which.title) <= 200 for which in RECIPES)


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.recipe)
def test_line_ends_of_other_systems_are_kept(example: Example, ends: str) -> None:
    before = example.before.replace("\n", ends).encode()
    done = rewritten(recipe(example.recipe), before, python2=example.python2)
    assert done.decode() == example.after.replace("\n", ends)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.recipe)
def test_a_byte_order_mark_and_tabs_are_kept(example: Example) -> None:
    before = codecs.BOM_UTF8 + "if 1:\n\tä = 'ü'\n".encode() + example.before.encode()
    done = rewritten(recipe(example.recipe), before, python2=example.python2)
    assert done == codecs.BOM_UTF8 + "if 1:\n\tä = 'ü'\n".encode() + example.after.encode()


def test_a_declared_encoding_and_columns_after_wide_characters_are_kept() -> None:
    before = "# coding: latin-1\nimport time\nx = 'äöü', time.clock()\n".encode("latin-1")
    after = "# coding: latin-1\nimport time\nx = 'äöü', time.perf_counter()\n".encode("latin-1")
    assert rewritten(recipe("python.time-clock"), before) == after


def test_the_edits_sit_in_tab_indented_code_and_keep_the_rest_of_the_line() -> None:
    before = b"def f():\n\tfrom collections import Mapping  # why\n\treturn Mapping\n"
    after = (
        b"def f():\n\ttry:\n\t\tfrom collections.abc import Mapping\n\texcept ImportError:\n"
        b"\t\tfrom collections import Mapping  # why\n\treturn Mapping\n"
    )
    assert rewritten(recipe("python.collections-abc"), before, python2=True) == after


def test_a_python_3_branch_of_a_project_for_both_gets_the_short_form() -> None:
    before = b"import sys\nif sys.version_info >= (3,):\n    from collections import Mapping\nelse:\n    from collections import Mapping\n"
    after = before.replace(b"collections", b"collections.abc", 1)
    assert rewritten(recipe("python.collections-abc"), before, python2=True) == after


def test_what_breaks_only_later_is_not_touched() -> None:
    names = {which.name for which in catalogue((3, 11))}
    assert "python.getargspec" in names
    assert not names & {"python.imp", "python.unittest-aliases", "python.distutils-core", "python.typing-io"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"print 'Mapping'\n", "not Python 3 syntax"),
        (b"# coding: rot13\nMapping\n", "encoding"),
        (b"# coding: nonsense\nMapping\n", "cannot be decoded"),
        (b"x = '\xff' # Mapping\n", "cannot be decoded"),
        (b"Mapping\0", "null bytes"),
        (b"Mapping" + b"(" * 5000, "not Python 3 syntax"),
        (b"Mapping = " + b"-" * 100_000 + b"1", "parsed"),
        (b"#Mapping" + b" " * (3 << 20), "bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_left_over_with_its_reason(data: bytes, words: str) -> None:
    found = recipe("python.collections-abc").apply(Files({"m.py": data}))
    assert not found.changes
    assert [left.kind for left in found.leftovers] == ["syntax"]
    assert words in found.leftovers[0].reason


def test_an_import_that_shares_its_line_is_left_over() -> None:
    data = b"x = 1; from collections import Mapping, deque\n"
    found = recipe("python.collections-abc").apply(Files({"m.py": data}))
    assert not found.changes
    assert [(left.path, left.line) for left in found.leftovers] == [("m.py", 1)]


def test_vendored_copies_are_not_ours() -> None:
    data = b"from collections import Mapping\n"
    found = recipe("python.collections-abc").apply(Files({"a/_vendor/m.py": data, "build/m.py": data, "c/m.py": data}))
    assert list(found.changes) == ["c/m.py"]


@given(data=st.binary(max_size=300), name=st.sampled_from(NAMES))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_a_recipe_raise(data: bytes, name: str) -> None:
    rewritten(recipe(name), data)


@given(st.data())
@settings(max_examples=250, deadline=None)
def test_mutated_code_never_raises_and_what_comes_out_parses_and_stays(data: st.DataObject) -> None:
    text = "".join(data.draw(st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=4)))
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 6))
    noise = data.draw(st.text(st.sampled_from("()[]:,.;#\\'\"\n\r\t \f eäasync\x0b\u2028"), max_size=4))
    source = (text[:at] + noise + text[at + cut :]).encode()
    python2 = data.draw(st.booleans())
    for name in data.draw(st.lists(st.sampled_from(NAMES), min_size=4, max_size=4, unique=True)):
        which = recipe(name)
        done = rewritten(which, source, python2=python2)
        if done != source:
            ast.parse(done)
            assert rewritten(which, done, python2=python2) == done
