"""A draft as a file that a person can edit, and back: TOML, one `[[steps]]` a step.

What cannot be seen is written as an escape, so that nothing in the file deceives. A step keeps its
preview as long as its recipe and files stay as they were.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from patchwright.agent.authorship import authored
from patchwright.agent.errors import UsageError
from patchwright.agent.parse import listing
from patchwright.agent.plan import Draft, Evidence, Question, Step
from patchwright.tools.untrusted import printable

HEAD = """\
# Edit the plan, save, and close the editor: the result is a new revision by you, for which a new
# approval is needed. Steps can be changed, moved, added and removed. `files` are globs.
# A step with a `recipe` is done by it; one without is done by the editor model.
# Save the file as it was to change nothing.
"""


class Unreadable(UsageError):
    """The edited text is no plan; says where and why."""


def to_text(draft: Draft) -> str:
    """The draft as TOML, previews left out."""
    scope = draft.scope
    lines = [
        HEAD,
        f"summary = {_string(draft.summary)}",
        f"root_cause = {_string(draft.root_cause)}",
        f"assumptions = {_list(draft.assumptions)}",
        f"risks = {_list(draft.risks)}",
        f"questions = {_questions(draft.questions)}",
        f"leftovers = {_list(draft.leftovers)}",
        f"evidence = {_evidence(draft.evidence)}",
        "\n[scope]  # what may change beside the files of the steps",
        f"paths = {_list(scope.paths)}",
        *(f"{name} = {str(getattr(scope, name)).lower()}" for name in ("dependencies", "tests", "ci")),
        *(line for step in draft.steps for line in _step(step)),
    ]
    return "\n".join(lines) + "\n"


def from_text(text: str, old: Draft) -> Draft:
    """The draft that a person made of `old`; a step that they changed has no author yet. Raises `Unreadable`."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unreadable(f"This is not TOML: {error}.") from None
    for step in _steps_of(values):
        step["preview"] = _preview(step, old)
    try:
        return authored(old, Draft.model_validate(values), "")
    except ValidationError as error:
        raise Unreadable(_complaint(error)) from None


def _steps_of(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for step in listing(values.get("steps")) if isinstance(step, dict)]


def _preview(step: dict[str, Any], old: Draft) -> str:
    """A preview that was made for the same recipe on the same files."""
    for known in old.steps:
        if known.preview and (known.recipe, list(known.files)) == (step.get("recipe"), step.get("files")):
            return known.preview
    return ""


def _complaint(error: ValidationError) -> str:
    lines = [
        f"{'.'.join(str(part + 1 if isinstance(part, int) else part) for part in one['loc'])}: {one['msg']}"
        for one in error.errors(include_url=False, include_context=False, include_input=False)[:10]
    ]
    return "This is not a plan: " + "; ".join(lines) + "."


def _step(step: Step) -> Iterator[str]:
    yield "\n[[steps]]" + (f"  # written by {_escaped(step.author)}" if step.author else "")
    yield f"title = {_string(step.title)}"
    yield f"recipe = {_string(step.recipe)}"
    yield f"intent = {_string(step.intent)}"
    yield f"files = {_list(step.files)}"
    yield f"verify = {_string(step.verify)}"
    yield f"must_fix = {_list(step.must_fix)}"
    yield f"evidence = {_evidence(step.evidence)}"


def _list(items: Sequence[str]) -> str:
    if len(items) < 2:
        return f"[{''.join(map(_quoted, items))}]"
    return "[\n" + "".join(f"  {_quoted(item)},\n" for item in items) + "]"


def _questions(questions: Sequence[Question]) -> str:
    rows = [
        f"  {{ question = {_quoted(one.question)}, suggestions = [{', '.join(map(_quoted, one.suggestions))}] }},\n"
        for one in questions
    ]
    return f"[\n{''.join(rows)}]" if rows else "[]"


def _evidence(places: Sequence[Evidence]) -> str:
    if not places:
        return "[]"
    rows = [f"  {{ path = {_quoted(e.path)}, line = {e.line}, note = {_quoted(e.note)} }},\n" for e in places]
    return "[\n" + "".join(rows) + "]"


def _string(text: str) -> str:
    """Several lines as they are; else in one pair of quotes."""
    if "\n" not in text:
        return _quoted(text)
    return '"""\n' + "\n".join(_escaped(line) for line in text.split("\n")) + '"""'


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


_SPECIAL = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escaped(text: str) -> str:
    return re.sub(r'[\\"\n\t\r]|[^ -~]', lambda found: _escape(found[0]), text)


def _escape(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char.isprintable() and printable(char) == char:
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
