"""What a human sees before deciding: everything, harmless, and what deceives the eye is named."""

import io

from rich.console import Console

from patchwright.agent.plan import Draft, Plan, Step, Terms
from patchwright.api.difftext import counted, hunks, warnings
from patchwright.api.render import approve_lines, changes_since, plan_view, plan_warnings
from patchwright.api.screen import Screen
from patchwright.tools.secrets import Redactor
from tests.api.prepared import DRAFT, PREVIEW

RUN = "0123456789abcdef" * 2
TERMS = Terms(run_id=RUN, image="image", commands=(("make", "test"),), limits={})


def shown(
    draft: Draft, *, full: bool = False, width: int = 80, secrets: tuple[str, ...] = (), revision: int = 1
) -> str:
    screen = Screen(Redactor(secrets))
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    plan = Plan(revision=revision, author="recipes", draft=draft, terms=TERMS, sha256="ab" * 32)
    for part in plan_view(screen, RUN, plan, full=full):
        console.print(part, markup=False, highlight=False, emoji=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def a_draft(**step: object) -> Draft:
    return Draft(summary="s", steps=(Step.model_validate({"title": "t", **step}),))


def test_the_plan_names_its_revision_hash_author_steps_and_what_called_for_them() -> None:
    text = shown(DRAFT)
    for words in (
        "revision 1",
        "ab" * 6,
        "by recipes",
        "python.collections-abc",
        "1090 failing tests show",
        "-from collections import",
    ):
        assert words in text
    for words in (
        "the files of the steps, tests; not dependencies, ci",
        "Is Python 2 still needed?",
        "Needs a model",
        "make test",
    ):
        assert words in text


def test_control_characters_of_strangers_never_reach_the_terminal() -> None:
    """OUT-02."""
    text = shown(a_draft(title="a\x1b]0;owned\x07b", intent="\x9b31m", preview="@@ -1 +1 @@\n+\x1b[2J\r"))
    assert not {"\x1b", "\x07", "\x9b", "\r"} & set(text)
    assert "\\x1b]0;owned\\x07" in text


def test_markup_of_strangers_is_shown_and_not_read() -> None:
    assert "[red]x[/red] :smile:" in shown(a_draft(title="[red]x[/red] :smile:"))


def test_bidi_and_mixed_scripts_in_a_preview_are_named() -> None:
    """OUT-04."""
    draft = a_draft(preview="@@ -1 +1 @@\n+ok = '\u202e' \n+p\u0430ypal = 1\n")
    text = shown(draft)
    assert "Look twice" in text
    assert "bidi control" in text
    assert "several scripts" in text


def test_warnings_are_bounded() -> None:
    assert len(warnings("diff", "\u202e\n" * 5000)) == 21


def test_a_plain_plan_raises_no_alarm() -> None:
    assert plan_warnings(Plan(revision=1, author="a", draft=DRAFT, terms=TERMS, sha256="a")) == []


def test_a_long_preview_is_cut_and_says_so_and_full_shows_all() -> None:
    preview = "@@ -1,60 +1,60 @@\n" + "".join(f"+line {number}\n" for number in range(60))
    assert "more lines (--full shows all)" in shown(a_draft(preview=preview))
    assert "line 59" not in shown(a_draft(preview=preview))
    assert "line 59" in shown(a_draft(preview=preview), full=True)


def test_full_hides_no_end_of_a_long_line() -> None:
    long = f"+{'x' * 500}evil\n"
    assert "evil" in shown(a_draft(preview=f"@@ -1 +1 @@\n{long}"), full=True).replace("\n", "").replace(" ", "")


def test_secrets_of_ours_are_not_shown() -> None:
    """SEC-04."""
    assert "hunter2hunter2" not in shown(a_draft(intent="the key is hunter2hunter2"), secrets=("hunter2hunter2",))


def test_no_line_is_wider_than_the_terminal() -> None:
    assert max(map(len, shown(DRAFT, width=80).splitlines())) <= 80


def test_the_approve_line_binds_to_revision_and_hash() -> None:
    """APR-02."""
    plan = Plan(revision=3, author="a", draft=DRAFT, terms=TERMS, sha256="cd" * 32)
    assert approve_lines(RUN, plan)[0] == f"patchwright approve 01234567 --revision 3 --sha256 {'cd' * 6}"


def test_a_diff_line_that_looks_like_a_header_is_counted_as_a_line() -> None:
    diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- sql comment\n+++ more\n"
    assert counted(diff) == (1, 1, 1)
    assert "--- sql comment" in hunks(diff)


def test_the_preview_shows_no_index_lines() -> None:
    assert "index 1111111" not in hunks(PREVIEW)


def test_what_changed_between_revisions_is_said() -> None:
    one = Plan(revision=1, author="a", draft=DRAFT, terms=TERMS, sha256="a")
    steps = (Step(title="New"), DRAFT.steps[0].model_copy(update={"files": ("x",)}))
    two = Plan(
        revision=2,
        author="b",
        draft=DRAFT.model_copy(update={"steps": steps, "risks": ()}),
        terms=TERMS,
        sha256="b",
        notes=("n",),
    )
    assert changes_since(one, two) == [
        "- step 2: Mend the rest by hand",
        "+ step 1: New",
        "~ step 2 Take abstract base classes from collections.abc: files",
        "    - webob/multidict.py, webob/headers.py",
        "    + x",
        "~ risks: - Only tests that exist can show that behaviour is kept.",
        "+ note: n",
    ]
