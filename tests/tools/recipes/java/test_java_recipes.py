"""Each Java recipe does what its examples say, leaves everything else alone, and raises on nothing (FS-05)."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchwright.tools.recipes.java.catalogue import RECIPES
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.recipes.registry import TREE_RECIPES
from tests.tools.recipes.java.examples import EXAMPLES, LEFT, NO_OPS, POM, SOURCE, Example, dependency, pom
from tests.tools.trees import MemoryTree


def recipe(name: str, knobs: Knobs | None = None) -> TreeRecipe:
    return replace(TREE_RECIPES[name], knobs=knobs or Knobs())


def rewritten(which: TreeRecipe, files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    tree = MemoryTree(files)
    return {path: data or b"" for path, data in which.apply(tree).changes.items()}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.recipe)
def test_each_example_becomes_what_it_says(example: Example) -> None:
    done = rewritten(recipe(example.recipe, example.knobs), example.before)
    assert {path: data.decode() for path, data in done.items()} == dict(example.after)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.recipe)
def test_twice_is_once(example: Example) -> None:
    which = recipe(example.recipe, example.knobs)
    assert rewritten(which, {**example.before, **example.after}) == {}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.recipe)
def test_line_ends_of_other_systems_are_kept(example: Example) -> None:
    before = {path: text.replace("\n", "\r\n") for path, text in example.before.items()}
    done = rewritten(recipe(example.recipe, example.knobs), before)
    assert {path: data.decode() for path, data in done.items()} == {
        path: text.replace("\n", "\r\n") for path, text in example.after.items()
    }


@pytest.mark.parametrize("files", NO_OPS, ids=lambda files: next(iter(files)))
def test_new_unrelated_and_unreadable_files_are_left_alone_by_all_recipes(files: Mapping[str, str]) -> None:
    for which in RECIPES:
        assert rewritten(which, files) == {}, which.name


@pytest.mark.parametrize(("name", "files", "place"), LEFT)
def test_what_no_recipe_can_do_is_named_with_its_line_and_not_changed(
    name: str, files: Mapping[str, str], place: str
) -> None:
    rewrite = recipe(name).apply(MemoryTree(files))
    assert {f"{left.path}:{left.line} {left.kind}" for left in rewrite.leftovers} == {place}
    assert not rewrite.changes


def test_every_recipe_has_an_example_and_a_title_that_fits_a_plan() -> None:
    named = {example.recipe for example in EXAMPLES} | {name for name, _, _ in LEFT}
    assert named == {which.name for which in RECIPES}
    assert len({which.name for which in RECIPES}) == len(RECIPES) and all(len(which.title) <= 200 for which in RECIPES)


def test_a_pinned_version_goes_before_the_table_and_a_forbidden_one_stays() -> None:
    files = {POM: dependency("org.mockito:mockito-core", "2.8.9")}
    pinned = recipe("java.dependency-floors", Knobs(pin={"org.mockito:mockito-core": "4.11.0"}))
    assert b"<version>4.11.0</version>" in rewritten(pinned, files)[POM]
    forbidden = recipe("java.dependency-floors", Knobs(forbid=frozenset({"org.mockito:mockito-core"})))
    assert rewritten(forbidden, files) == {}


def test_a_library_goes_into_the_module_that_needs_it_and_not_where_it_is_inherited() -> None:
    parent = pom("<modules>\n  <module>m</module>\n  <module>n</module>\n</modules>")
    module = (
        "<project>\n  <parent>\n    <artifactId>a</artifactId>\n  </parent>\n  <artifactId>m</artifactId>\n</project>\n"
    )
    uses = "import javax.annotation.PostConstruct;\n"
    files = {POM: parent, "m/pom.xml": module, "n/pom.xml": module, "n/src/main/java/A.java": uses}
    assert list(rewritten(recipe("java.removed-modules"), files)) == ["n/pom.xml"]
    inherited = dependency("javax.annotation:javax.annotation-api", "1.3.2").replace(
        "</project>", "  <modules><module>n</module></modules>\n</project>"
    )
    assert rewritten(recipe("java.removed-modules"), {**files, POM: inherited}) == {}


PIECES = st.sampled_from(
    [text for example in EXAMPLES for text in example.before.values()]
    + ["<", ">", "</version>", "${jdk}", "<!--", "-->", "new Integer(", "_", "import ", "{", "}", '"', "\u00e9", "\x00"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=5).map("".join), st.binary(max_size=60))
def test_no_input_crashes_a_recipe_and_twice_is_once(text: str, data: bytes) -> None:
    for content in (text.encode(), data, text.encode()[: len(data) * 7]):
        for which in RECIPES:
            for path in (POM, SOURCE):
                tree = MemoryTree({POM: pom("<name>A</name>"), path: content})
                once = tree.changed(which.apply(tree).changes)
                assert which.apply(once).changes == {}, which.name
