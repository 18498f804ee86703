"""A definition is executable: what it names is there, what it says wrong is told, its cases come out."""

import pytest

from patchwright.tools.recipes.catalogue import catalogue
from patchwright.tools.recipes.registry import NAMES
from patchwright.tools.transformations.cases import failures
from patchwright.tools.transformations.checks import (
    ClassMajor,
    Command,
    DependencyAtLeast,
    FileExists,
    NotFewerTests,
    PythonIs,
    UnknownCheck,
    parse_check,
)
from patchwright.tools.transformations.definition import (
    BadDefinition,
    Definition,
    find_definition,
    parse_definition,
    shipped,
    template,
)

SHORT = """
name = "short"
title = "Short"
family = "java-17"
target = 17
[[stages]]
name = "minimal"
recipes = ["java.compiler-level"]
"""


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_definition_passes_its_own_cases(name: str) -> None:
    definition = find_definition(name)[1]
    assert definition.name == name and definition.cases
    assert [failures(definition, case) for case in definition.cases] == [()] * len(definition.cases)


def test_the_template_for_a_new_definition_is_one_whose_case_comes_out() -> None:
    definition = parse_definition(template("mine"), "mine.toml")
    assert definition.name == "mine"
    assert failures(definition, definition.cases[0]) == ()


def test_every_recipe_is_in_a_shipped_definition() -> None:
    used = {
        name for text in shipped().values() for stage in parse_definition(text, "").stages for name in stage.recipes
    }
    assert used == set(NAMES)


@pytest.mark.parametrize("name", ["python-3.11", "python-3.13"])
def test_a_definition_for_python_names_every_recipe_for_what_breaks_up_to_its_target(name: str) -> None:
    definition = find_definition(name)[1]
    target = (definition.release[0], definition.release[1])
    wanted = [recipe.name for recipe in catalogue(target)]
    assert list(definition.stages[0].recipes) == [*wanted, "python.requires-python"]


def test_a_case_that_does_not_come_out_names_file_and_line() -> None:
    definition = parse_definition(template("mine").replace("source>17<", "source>21<"), "mine.toml")
    (said,) = failures(definition, definition.cases[0])
    assert said.startswith("pom.xml:4 is '<maven.compiler.source>17<")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("target = 17", "target = 3", "at target"),
        ('"java.compiler-level"', '"java.none"', "there is no recipe 'java.none'; there are: java."),
        (
            'name = "minimal"',
            'name = "minimal"\nexit = ["compils"]',
            "There is no check 'compils'. There are: file_exists",
        ),
        ('name = "minimal"', 'name = "minimal"\nexit = [[]]', "needs at least one word"),
        ('family = "java-17"', 'family = "java-9"', "at family"),
        ('title = "Short"', 'title = "Short"\nextra = 1', "at extra"),
        ("target = 17", 'target = "3.13"', "target 3.13 is no release of Java that the image java-17 runs"),
        ("target = 17", "target = 21", "target 21 is no release of Java"),
        ("target = 17", "target = 3.13", "at target"),
        ('family = "java-17"', 'family = "python-3.13"', "target 17 is no release of Python"),
        ('"java.compiler-level"', '"python.imp"', "python.imp is no recipe for Java"),
        ('name = "minimal"', 'name = "minimal"\nexit = ["python == 3.13"]', "'python == 3.13' means nothing for Java"),
        ("[[stages]]", "[[stages]", "not TOML"),
        ("[[stages]]", '[[stages]]\nname = "minimal"\n[[stages]]', "two stages have the same name"),
    ],
)
def test_what_a_definition_says_wrong_is_told_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(BadDefinition) as caught:
        parse_definition(SHORT.replace(old, new), "short.toml")
    assert "short.toml" in str(caught.value) and said in str(caught.value)


PYTHON = SHORT.replace("java-17", "python-3.13").replace("17", '"3.13"').replace("java.compiler-level", "python.imp")


@pytest.mark.parametrize("check", ["class_major == 61", "dependency_at_least g:a 1.0"])
def test_a_check_of_java_is_refused_for_python(check: str) -> None:
    assert parse_definition(PYTHON, "short.toml").release == (3, 13)
    with pytest.raises(BadDefinition, match=r"means nothing for Python, which python-3\.13 runs"):
        parse_definition(f'invariants = ["{check}"]\n{PYTHON}', "short.toml")


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(
        BadDefinition, match=r"There is no transformation 'java-71'.*java-17, java-21, python-3.11, python-3.13"
    ):
        find_definition("java-71")


@pytest.mark.parametrize(
    ("written", "check"),
    [
        ("class_major == 61", ClassMajor(61)),
        ("python == 3.13", PythonIs("3.13")),
        ("tests_not_fewer", NotFewerTests()),
        ("file_exists a/pom.xml", FileExists("a/pom.xml")),
        ("dependency_at_least org.mockito:mockito-core 5.13", DependencyAtLeast("org.mockito:mockito-core", "5.13")),
        (("mvn", "-o", "site"), Command(("mvn", "-o", "site"))),
    ],
)
def test_a_check_is_words_or_a_command(written: str | tuple[str, ...], check: object) -> None:
    assert parse_check(written) == check


@pytest.mark.parametrize("written", ["class_major >= 61", "class_major == 6x", "compiles now", "", "mvn site"])
def test_other_words_are_no_check(written: str) -> None:
    with pytest.raises(UnknownCheck, match="There are: file_exists PATH"):
        parse_check(written)


def test_what_must_hold_after_a_stage_are_its_checks_those_before_and_the_invariants() -> None:
    definition: Definition = find_definition("java-17")[1]
    words = [words for words, _ in definition.must_hold_after(definition.stage("maximal"))]
    assert {"class_major == 61", "api_unchanged", "compiles", "tests_same_methods"} <= set(words)
    assert len(words) == len(set(words))
