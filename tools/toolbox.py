"""The tools a model is offered, and what happens when it calls one (LLM-01)."""

from dataclasses import dataclass
from typing import Any, Literal

from patchwright.tools import acts
from patchwright.tools.acts import DEFAULT_SECONDS, MAX_SECONDS, Act, Arguments, Helpers, bad
from patchwright.tools.calls import ToolCall, ToolOutcome, ToolSpec
from patchwright.tools.changing import refused
from patchwright.tools.desk import Desk
from patchwright.tools.output import OUTPUT_HEAD, OUTPUT_TAIL, SLACK
from patchwright.tools.paths import BadPath
from patchwright.tools.untrusted import printable
from patchwright.tools.viewing import READ_LINES

ToolPhase = Literal["planning", "executing"]

MAX_TEXT = 400_000
"""Characters in one argument, such as a new file."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool with its words, the schema of its arguments, the phases that offer it, and what it does."""

    name: str
    description: str
    properties: dict[str, Any]
    required: tuple[str, ...]
    phases: tuple[ToolPhase, ...]
    act: Act

    def spec(self) -> ToolSpec:
        """As the model sees it."""
        schema = {
            "type": "object",
            "properties": self.properties,
            "required": list(self.required),
            "additionalProperties": False,
        }
        return ToolSpec(name=self.name, description=self.description, parameters=schema)


def specs(phase: ToolPhase, helpers: Helpers | None = None) -> tuple[ToolSpec, ...]:
    """The tools of a phase, always in the same order (a stable prefix is cached by providers)."""
    return tuple(tool.spec() for tool in _offered(phase, helpers or Helpers()))


def execute(desk: Desk, phase: ToolPhase, call: ToolCall, helpers: Helpers | None = None) -> ToolOutcome:
    """Run one call. What is wrong with a call comes back as text for the model, `bad` set; nothing was done then.

    Raises what the sandbox raises when the place itself fails (`SandboxDied`).
    """
    given = helpers or Helpers()
    tool = next((one for one in _offered(phase, given) if one.name == call.name), None)
    if tool is None:
        names = ", ".join(one.name for one in _offered(phase, given))
        return bad(f"There is no tool {call.name[:60]!r} now. The tools are: {names}.")
    arguments = {name: value for name, value in call.arguments.items() if value is not None}
    if problem := call.problem or _misfit(tool.spec().parameters, arguments):
        return bad(f"{call.name} was not run: {problem}")
    try:
        return tool.act(desk, given, arguments)
    except BadPath as error:
        return refused(f"{call.name} was not run: {error}.")


def _offered(phase: ToolPhase, helpers: Helpers) -> list[Tool]:
    missing = {
        name
        for name, helper in (
            ("git_log", helpers.git_log),
            ("git_blame", helpers.git_blame),
            ("symbols", helpers.knowledge),
        )
        if helper is None
    }
    return [tool for tool in _TOOLS if phase in tool.phases and tool.name not in missing]


def _misfit(schema: dict[str, Any], arguments: Arguments) -> str:
    """Why the arguments do not fit, at most three reasons; "" if they do."""
    from jsonschema import Draft202012Validator

    validator: Any = Draft202012Validator(schema)
    try:
        errors = sorted(validator.iter_errors(arguments), key=lambda error: str(error.json_path))
    except RecursionError:
        return "its arguments are nested too deeply."
    return "; ".join(_said(error.json_path, error.message) for error in errors[:3])


def _said(place: str, message: str) -> str:
    where = place.removeprefix("$").lstrip(".")
    short = message if len(message) <= 200 else f"{message[:80]} … {message[-100:]}"
    return printable(f"{where}: {short}" if where else short)


def _text(description: str = "", most: int = 2000) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "maxLength": most}
    return schema | {"description": description} if description else schema


def _number(least: int, most: int, description: str = "") -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer", "minimum": least, "maximum": most}
    return schema | {"description": description} if description else schema


_PATH = {"type": "string", "maxLength": 1024}
_COUNT = {"type": "integer", "minimum": 1}
_FLAG = {"type": "boolean"}
_ALWAYS: tuple[ToolPhase, ...] = ("planning", "executing")
_PLANNING: tuple[ToolPhase, ...] = ("planning",)
_EXECUTING: tuple[ToolPhase, ...] = ("executing",)
_SWAP = {
    "type": "object",
    "properties": {"old": {"type": "string", "maxLength": MAX_TEXT}, "new": {"type": "string", "maxLength": MAX_TEXT}},
    "required": ["old", "new"],
    "additionalProperties": False,
}

_KILOBYTES = [int(size / 1000) for size in ((OUTPUT_HEAD + OUTPUT_TAIL) * SLACK, OUTPUT_HEAD, OUTPUT_TAIL)]
_RUN = (
    "Shell command (bash, pipefail) at the root of the repository. "
    f"Killed after `seconds` (default {DEFAULT_SECONDS}, at most {MAX_SECONDS}), output kept. "
    "In long output, runs of passing tests and repeats are only counted; "
    "if it still is over {} KB, you get its first {} and last {} KB, and a file with all. "
    "No network, no input, no git; nothing it starts outlives it."
).format(*_KILOBYTES)

_TOOLS: tuple[Tool, ...] = (
    Tool(
        "list",
        "Files below a folder, or those a glob matches (* in a name, ** across folders). At most 200 lines.",
        {"path": _PATH, "glob": _PATH},
        (),
        _ALWAYS,
        acts.list_files,
    ),
    Tool(
        "read",
        f"Numbered lines of a file: NUMBER<tab>LINE, at most {READ_LINES} lines or 20 KB per call.",
        {"path": _PATH, "start": _COUNT, "lines": _COUNT},
        ("path",),
        _ALWAYS,
        acts.read,
    ),
    Tool(
        "search",
        "Lines that hold a literal text (or, with regex, match a Perl pattern), as path:line:text, 80 per call; "
        "with up to 10 lines of context around each, fewer.",
        {
            "text": _text(most=1000),
            "regex": _FLAG,
            "ignore_case": _FLAG,
            "path": _PATH,
            "glob": _PATH,
            "skip": {"type": "integer", "minimum": 0},
            "context": _number(0, 10),
        },
        ("text",),
        _ALWAYS,
        acts.find,
    ),
    Tool(
        "symbols",
        "The definitions, uses and members of a `name` (plain or Class.method); or what the file at `path` defines; or "
        "functions and classes `about` some words, best first. `path` narrows both.",
        {"name": _text(most=200), "about": _text(most=500), "path": _PATH},
        (),
        _ALWAYS,
        acts.symbols,
    ),
    Tool(
        "run",
        f"{_RUN} The repository is read-only; write to /tmp.",
        {"command": _text(most=20_000), "seconds": _COUNT},
        ("command",),
        _PLANNING,
        acts.run,
    ),
    Tool(
        "git_log",
        "Latest commits, of a path if given.",
        {"path": _PATH, "count": _number(1, 50)},
        (),
        _PLANNING,
        acts.git_log,
    ),
    Tool(
        "git_blame",
        "Which commit last changed each of these lines.",
        {"path": _PATH, "start": _COUNT, "end": _COUNT},
        ("path", "start", "end"),
        _PLANNING,
        acts.git_blame,
    ),
    Tool(
        "edit",
        "Replace texts in one file, all or none. Each `old` must stand in the file exactly once, copied without its "
        "line numbers (one shift of its indentation is forgiven, and told). Syntax is checked at once.",
        {"path": _PATH, "edits": {"type": "array", "minItems": 1, "maxItems": 50, "items": _SWAP}},
        ("path", "edits"),
        _EXECUTING,
        acts.edit,
    ),
    Tool(
        "create",
        "Make a new file.",
        {"path": _PATH, "text": _text(most=MAX_TEXT)},
        ("path", "text"),
        _EXECUTING,
        acts.create,
    ),
    Tool("delete", "Remove a file.", {"path": _PATH}, ("path",), _EXECUTING, acts.delete),
    Tool("rename", "Move a file.", {"path": _PATH, "to": _PATH}, ("path", "to"), _EXECUTING, acts.rename),
    Tool(
        "undo",
        "Put a file, or without a path all of them, back as at the start of this step.",
        {"path": _PATH},
        (),
        _EXECUTING,
        acts.undo,
    ),
    Tool(
        "run",
        f"{_RUN} Files that it changes are not in the patch: use edit and create.",
        {"command": _text(most=20_000), "seconds": _COUNT},
        ("command",),
        _EXECUTING,
        acts.run,
    ),
    Tool(
        "run_tests",
        "Run the test files, folders or ids given (none: all); tells what is new against the baseline.",
        {"tests": {"type": "array", "maxItems": 200, "items": _text(most=1000)}},
        (),
        _EXECUTING,
        acts.run_tests,
    ),
    Tool("diagnostics", "Build, type check and lint; tells what is new.", {}, (), _EXECUTING, acts.diagnostics),
    Tool(
        "note", "Keep a finding when older output is folded away.", {"text": _text()}, ("text",), _EXECUTING, acts.note
    ),
    Tool(
        "ask",
        "Stop and ask the human: a path outside the scope, or a decision that is not yours.",
        {"question": _text(), "suggestions": {"type": "array", "maxItems": 5, "items": _text(most=300)}},
        ("question",),
        _EXECUTING,
        acts.ask,
    ),
    Tool(
        "finish",
        "The step is done; the checks then run by themselves. If nothing had to be changed, say which `outcome`.",
        {
            "summary": _text("what was done, or the evidence that nothing is to be done"),
            "outcome": {"enum": ["done", "answer", "no_change_needed", "cannot_reproduce"]},
        },
        ("summary",),
        _EXECUTING,
        acts.finish,
    ),
    Tool(
        "finish",
        "End without a plan, if no change is the right answer.",
        {
            "outcome": {"enum": ["answer", "no_change_needed", "cannot_reproduce", "needs_input"]},
            "summary": _text("the answer, the evidence, or the question", 8000),
        },
        ("outcome", "summary"),
        _PLANNING,
        acts.finish,
    ),
)
