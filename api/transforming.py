"""`transform`: a definition goes in instead of an issue; and `list`, `show`, `new` and `test` of definitions."""

from pathlib import Path

from patchwright.agent.errors import UsageError
from patchwright.api.exits import UNVERIFIED, VERIFIED
from patchwright.api.place import open_place
from patchwright.api.wording import count
from patchwright.tools.transformations.cases import failures
from patchwright.tools.transformations.checks import shown
from patchwright.tools.transformations.definition import (
    BadDefinition,
    Definition,
    find_definition,
    parse_definition,
    shipped,
    template,
)

VERBS = ("list", "show", "new", "test")


def load(name: str) -> tuple[str, Definition]:
    """A definition by its name or file. Raises `UsageError`."""
    try:
        return find_definition(name)
    except (BadDefinition, OSError) as error:
        raise UsageError(f"{error} `patchwright transform list` names those that are shipped.") from error


def issue_of(definition: Definition) -> str:
    """What a run that transforms is called and about."""
    return f"{definition.title}\n{definition.description}"


def list_definitions(*, as_json: bool) -> int:
    """Those that are shipped: name and title."""
    screen = open_place(as_json=as_json).screen
    found = [parse_definition(text, name) for name, text in shipped().items()]
    if as_json:
        screen.data([{"name": one.name, "title": one.title} for one in found])
    else:
        screen.show(*(screen.text(f"{one.name:<12} {one.title}") for one in found))
    return VERIFIED


def show_definition(name: str, *, as_json: bool) -> int:
    """All that a definition says: its stages, recipes and checks."""
    screen = open_place(as_json=as_json).screen
    _, found = load(name)
    if as_json:
        screen.data(found.model_dump(mode="json"))
        return VERIFIED
    lines = [f"{found.name}: {found.title}", found.description.strip()]
    lines += [f"begins if    {shown(one)}" for one in found.entry]
    for stage in found.stages:
        lines += ["", f"stage {stage.name}: {stage.title}", *(f"  recipe  {recipe}" for recipe in stage.recipes)]
        lines += [f"  ends if {shown(one)}" for one in stage.exit]
    lines += ["", *(f"after every stage  {shown(one)}" for one in found.invariants)]
    screen.show(*(screen.text(line) for line in lines))
    return VERIFIED


def new_definition(name: str, *, as_json: bool) -> int:
    """Write a definition to begin with into the folder that one is in. Never replaces a file."""
    screen = open_place(as_json=as_json).screen
    path = Path(f"{name}.toml")
    try:
        parse_definition(template(name), str(path))
        with path.open("x", encoding="utf-8") as file:
            file.write(template(name))
    except BadDefinition as error:
        raise UsageError(f"{error} A name is made of a-z, 0-9, dots and dashes.") from error
    except OSError as error:
        raise UsageError(f"{path} was not written ({error.strerror}). Choose another name or folder.") from error
    if as_json:
        screen.data({"path": str(path)})
    else:
        screen.show(screen.text(f"Written: {path}. Then: patchwright transform test {path}"))
    return VERIFIED


def try_definition(name: str, *, as_json: bool) -> int:
    """Run a definition's own cases; exit code 1 if one does not come out."""
    screen = open_place(as_json=as_json).screen
    _, found = load(name)
    if not found.cases:
        raise UsageError(f"{name} has no cases. Add [[cases]] with files before and after.")
    results = {case.name: failures(found, case) for case in found.cases}
    wrong = {case: why for case, why in results.items() if why}
    if as_json:
        screen.data({"cases": len(results), "failed": {case: list(why) for case, why in wrong.items()}})
    else:
        screen.show(*(screen.text(f"{case}: {'; '.join(why)}", "red") for case, why in wrong.items()))
        screen.show(screen.text(f"{count(len(results), 'case')}, {len(wrong)} failed", "red" if wrong else "green"))
    return UNVERIFIED if wrong else VERIFIED


def about_definitions(what: str, name: str, *, as_json: bool) -> int:
    """`list`, or `show`, `new` and `test` of the definition that is named. Raises `UsageError`."""
    if what == "list":
        return list_definitions(as_json=as_json)
    if not name:
        raise UsageError(f"`patchwright transform {what}` needs the name or the file of a definition.")
    match what:
        case "show":
            return show_definition(name, as_json=as_json)
        case "new":
            return new_definition(name, as_json=as_json)
        case _:
            return try_definition(name, as_json=as_json)
