"""A draft goes through an editor and comes back the same."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchwright.agent.plan import Draft, Evidence, Question, Scope, Step
from patchwright.api.drafttext import Unreadable, from_text, to_text
from tests.api.prepared import DRAFT

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
filled = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
evidence = st.builds(Evidence, path=filled, line=st.integers(0, 9999), note=texts)
steps = st.builds(
    Step,
    title=filled,
    intent=texts,
    files=st.lists(filled, max_size=3).map(tuple),
    recipe=texts,
    verify=texts,
    must_fix=st.lists(texts, max_size=3).map(tuple),
    evidence=st.lists(evidence, max_size=2).map(tuple),
    author=texts,
)
several = st.lists(texts, max_size=3).map(tuple)
drafts = st.builds(
    Draft,
    summary=filled,
    root_cause=texts,
    evidence=st.lists(evidence, max_size=2).map(tuple),
    steps=st.lists(steps, min_size=1, max_size=3).map(tuple),
    scope=st.builds(Scope, paths=st.lists(filled, max_size=2).map(tuple), tests=st.booleans(), ci=st.booleans()),
    assumptions=several,
    risks=several,
    questions=st.lists(st.builds(Question, question=filled, suggestions=several), max_size=2).map(tuple),
    leftovers=several,
)


@settings(max_examples=150, deadline=None)
@given(drafts)
def test_any_draft_survives_the_round_trip(draft: Draft) -> None:
    assert from_text(to_text(draft), draft) == draft


@settings(max_examples=50, deadline=None)
@given(drafts)
def test_the_file_shows_nothing_that_deceives_the_eye(draft: Draft) -> None:
    """OUT-02, OUT-04: controls, bidi and zero-width characters are escapes."""
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", to_text(draft))


def test_a_step_keeps_its_preview_while_its_recipe_and_files_stay() -> None:
    retitled = from_text(to_text(DRAFT).replace("Take abstract", "Import abstract"), DRAFT)
    assert retitled.steps[0].preview == DRAFT.steps[0].preview
    assert retitled.steps[0].title.startswith("Import")


def test_a_step_with_other_files_loses_its_preview() -> None:
    assert from_text(to_text(DRAFT).replace("webob/headers.py", "webob/other.py"), DRAFT).steps[0].preview == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("summary = ", "not TOML"),
        ('summary = "s"', "steps: Field required"),
        ('summary = "s"\nsteps = []', "steps"),
        ('summary = "s"\nsteps = 5', "steps"),
        ('summary = "s"\nsurprise = 1\n[[steps]]\ntitle = "t"', "surprise: Extra"),
        ('summary = "s"\n[[steps]]\ntitle = ""', "steps.1.title"),
    ],
)
def test_what_is_wrong_is_named(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=re.escape(words)):
        from_text(text, DRAFT)
