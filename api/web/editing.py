"""The form by which a plan is edited, read back as a draft: fields `title-1`, `files-1`, ... for each step."""

from collections.abc import Iterator
from typing import Any

from patchwright.agent.plan import Draft, Plan, Step
from patchwright.api.web.forms import Form, checked

NEW = 2
"""Empty steps that the form has behind those of the plan."""


def read_draft(form: Form, plan: Plan) -> Draft:
    """The draft that a person made of the plan. Raises `Refused` (422)."""
    draft = plan.draft.model_dump()
    scope: dict[str, Any] = {
        "paths": _lines(form, "paths"),
        **{name: bool(form.text(name)) for name in ("dependencies", "tests", "ci")},
    }
    changed = {"summary": form.text("summary"), "scope": scope, "steps": list(_steps(form, plan))}
    return checked(Draft, {**draft, **changed})


def _steps(form: Form, plan: Plan) -> Iterator[dict[str, Any]]:
    """The steps in the order of the numbers that were typed; removed and empty ones are left out."""
    count = len(plan.draft.steps) + NEW
    numbered = [(_place(form, number), number) for number in range(1, count + 1)]
    for _, number in sorted(numbered):
        old = plan.draft.steps[number - 1] if number <= len(plan.draft.steps) else None
        if form.text(f"title-{number}") and not form.text(f"remove-{number}"):
            yield _step(form, number, old)


def _step(form: Form, number: int, old: Step | None) -> dict[str, Any]:
    kept: dict[str, Any] = old.model_dump() if old else {}
    files = _lines(form, f"files-{number}")
    if old and list(old.files) != files:
        kept["preview"] = ""  # it was made for the same recipe on the same files
    return {
        **kept,
        "title": form.text(f"title-{number}"),
        "intent": form.text(f"intent-{number}"),
        "files": files,
        "verify": form.text(f"verify-{number}"),
        "must_fix": _lines(form, f"must_fix-{number}"),
    }


def _place(form: Form, number: int) -> float:
    text = form.text(f"place-{number}")
    return float(text) if text.replace(".", "", 1).isdecimal() else float(number)


def _lines(form: Form, name: str) -> list[str]:
    return [line.strip() for line in form.text(name).split("\n") if line.strip()]
