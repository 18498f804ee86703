"""The story that the end-to-end tests tell: two small projects, an issue, and a recording of the models' answers."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from patchwright.agent.messages import ModelRole, Reply, ToolCall
from patchwright.agent.scripted import Record

DEMO = Path(__file__).parents[2] / "evals" / "demo"

Call = tuple[str, dict[str, Any]]

TEST = """
@pytest.mark.parametrize(("seconds", "text"), [(3599.7, "1h"), (59.6, "1m"), (-59.6, "-1m")])
def test_format_rounds_first(seconds, text):
    assert format_duration(seconds) == text
"""
MARK = "\n@pytest.mark.xfail(strict=True)"
LAST_TEST = "    assert format_duration(seconds) == text\n"
GUARD = '        return "-" + format_duration(-seconds)\n'
WRONG = GUARD + "    seconds = int(seconds)\n"
RIGHT = GUARD + "    seconds = round(seconds)\n"

QUICK = """
[[checks]]
name = "pytest"
kind = "tests"
command = ["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml=/tmp/patchwright/pytest.xml"]
report = "junit"
reports = ["/tmp/patchwright/pytest.xml"]
env = { PYTHONPYCACHEPREFIX = "", PYTHONDONTWRITEBYTECODE = "1", PYTEST_DISABLE_PLUGIN_AUTOLOAD = "1" }
"""

RUNNER = """
import html, importlib, pathlib, sys
sys.path.insert(0, ".")
cases = []
for path in sorted(pathlib.Path("tests").glob("test_*.py")):
    module = importlib.import_module("tests." + path.stem)
    for name, test in sorted(vars(module).items()):
        if name.startswith("test_"):
            try:
                test()
                failure = ""
            except Exception as error:
                said = html.escape(f"{type(error).__name__}: {error}")
                failure = f"<failure message=\\"{said}\\"/>"
            cases.append(f"<testcase classname=\\"tests.{path.stem}\\" name=\\"{name}\\" file=\\"{path}\\">{failure}</testcase>")
pathlib.Path("/tmp/patchwright").mkdir(exist_ok=True)
pathlib.Path("/tmp/patchwright/tests.xml").write_text("<testsuite>" + "".join(cases) + "</testsuite>")
sys.exit("failure" in "".join(cases))
"""
"""A runner of tests in the place of pytest, which takes a second to start."""

FAST = f"""
[[checks]]
name = "tests"
kind = "tests"
command = ["python3", "-I", "-B", "-c", '''{RUNNER}''']
report = "junit"
reports = ["/tmp/patchwright/tests.xml"]
"""

TINY = """
[[checks]]
name = "word"
kind = "tests"
command = ["grep", "-q", "right", "word.txt"]
"""

PLAN: dict[str, Any] = {
    "summary": "Round before the units are taken off, so that a carry reaches the larger unit.",
    "root_cause": "format_duration rounds the last unit alone.",
    "evidence": [{"path": "timetext/durations.py", "line": 36, "note": "round(seconds) may give 60"}],
    "steps": [
        {
            "title": "Say in a test what is expected",
            "intent": "As an expected failure until step 2.",
            "files": ["tests/test_durations.py"],
            "verify": "The new test is expected to fail.",
        },
        {
            "title": "Round first",
            "intent": "Round once at the top of format_duration.",
            "files": ["timetext/durations.py", "tests/test_durations.py"],
            "verify": "All tests pass.",
        },
    ],
    "scope": {"tests": True},
}


def answers() -> list[Record]:
    """A planner that explores, an editor whose first attempt is wrong, a reviewer with a note."""
    source, test = "timetext/durations.py", "tests/test_durations.py"
    return [
        says("planner", ("list", {}), ("read", {"path": source})),
        says("planner", ("search", {"text": "format_duration"}), ("run", {"command": "echo read-only"})),
        says("planner", ("submit_plan", PLAN)),
        says("editor", ("read", {"path": test}), _edit(test, LAST_TEST, LAST_TEST + "\n" + MARK + TEST)),
        says("editor", ("run_tests", {"tests": [test]})),
        says("editor", ("finish", {"summary": "The test is there."})),
        says("editor", _edit(source, GUARD, WRONG), _edit(test, MARK + "\n", "\n"), ("read", {"path": source})),
        says("editor", ("finish", {"summary": "Done."})),
        says("editor", ("read", {"path": source}), _edit(source, WRONG, RIGHT)),
        says("editor", ("run", {"command": "python3 -c 'import timetext; print(timetext.format_duration(59.6))'"})),
        says("editor", ("finish", {"summary": "Now it rounds."})),
        reviews({"severity": "note", "path": source, "line": 29, "message": "A negative number is rounded as well."}),
    ]


def says(role: ModelRole, *calls: Call) -> Record:
    """One recorded answer that calls these tools at once, and cost something."""
    made = tuple(ToolCall(id=f"c{at}", name=name, arguments=given) for at, (name, given) in enumerate(calls))
    return Record.model_validate({"role": role, "reply": Reply(tool_calls=made, usage=_usage()).model_dump()})


def reviews(*findings: Mapping[str, Any]) -> Record:
    """One recorded review."""
    text = json.dumps({"findings": findings})
    return Record.model_validate({"role": "reviewer", "reply": Reply(content=text, usage=_usage()).model_dump()})


def write_recording(path: Path, records: Iterable[Record]) -> Path:
    """The records as a recording."""
    path.write_text("".join(record.model_dump_json(exclude_defaults=True) + "\n" for record in records))
    return path


def issue() -> str:
    """What the story's user complains about."""
    return (DEMO / "issue.md").read_text()


def timetext(folder: Path, quick: bool = True) -> Path:
    """The sample project as a repository; `quick` names a test command that starts in a fraction of a second."""
    shutil.copytree(DEMO / "timetext", folder)
    if quick:
        (folder / "patchwright.toml").write_text(QUICK)
    return committed(folder)


def tiny(folder: Path) -> Path:
    """A project whose check takes no time: for many runs at once."""
    folder.mkdir()
    (folder / "word.txt").write_text("wrong\n")
    (folder / "patchwright.toml").write_text(TINY)
    return committed(folder)


def tiny_answers() -> list[Record]:
    """A plan at once, an edit at once, no finding."""
    step = {"title": "Mend it", "intent": "", "files": ["word.txt"], "verify": "", "must_fix": ["command:word"]}
    edit = ("edit", {"path": "word.txt", "edits": [{"old": "wrong", "new": "right"}]})
    return [
        says("planner", ("submit_plan", {"summary": "Mend the word.", "root_cause": "A typo.", "steps": [step]})),
        says("editor", edit, ("finish", {"summary": "Done."})),
        reviews(),
    ]


def sums(folder: Path) -> Path:
    """A tiny project whose `add` is wrong for negative numbers, which no test shows."""
    files = {
        "patchwright.toml": FAST,
        "sums.py": "def add(a, b):\n    return a + abs(b)\n",
        "tests/test_sums.py": "import sums\n\n\ndef test_add():\n    assert sums.add(1, 2) == 3\n",
        "conftest.py": "",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return committed(folder)


def sums_plan(*must_fix: str) -> Record:
    """One step that may change the source and its tests."""
    step = {
        "title": "Mend add",
        "intent": "",
        "files": ["sums.py", "tests/test_sums.py"],
        "verify": "",
        "must_fix": must_fix,
    }
    plan = {"summary": "Mend add.", "root_cause": "abs.", "steps": [step], "scope": {"tests": True}}
    return says("planner", ("submit_plan", plan))


def words(folder: Path) -> Path:
    """A tiny project that Python 3.10 broke, which a recipe mends."""
    files = {
        "patchwright.toml": QUICK,
        "pyproject.toml": '[project]\nname = "words"\nversion = "1"\n',
        "words.py": "from collections import Mapping\n\n\ndef is_map(x):\n    return isinstance(x, Mapping)\n",
        "tests/__init__.py": "",
        "tests/test_words.py": "import words\n\n\ndef test_a_dict_is_a_map():\n    assert words.is_map({})\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return committed(folder)


def committed(folder: Path) -> Path:
    """The folder as a repository with one commit."""
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments], cwd=folder, check=True)
    return folder


def _edit(path: str, old: str, new: str) -> Call:
    return "edit", {"path": path, "edits": [{"old": old, "new": new}]}


def _usage() -> Any:
    return {"requests": 1, "tokens_in": 1000, "tokens_out": 50}
