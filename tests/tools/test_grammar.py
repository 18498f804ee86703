"""A syntax error in a file that Python cannot parse comes back with the edit, as a suspicion."""

import pytest

from patchwright.tools.calls import ToolCall
from patchwright.tools.grammar import suspected
from patchwright.tools.grammar_worker import errors
from patchwright.tools.toolbox import execute
from tests.tools.memory_desk import MemoryDesk

GOOD = {
    "javascript": b"function f(a) {\n  return a + 1;\n}\n",
    "typescript": b"export const f = (a: number): number => {\n  return a + 1;\n};\n",
    "java": b"class A {\n  int f(int a) {\n    return a + 1;\n  }\n}\n",
    "go": b"package a\n\nfunc f(a int) int {\n\treturn a + 1\n}\n",
    "rust": b"fn f(a: i32) -> i32 {\n    a + 1\n}\n",
    "c": b"int f(int a) {\n  return a + 1;\n}\n",
}


@pytest.mark.parametrize("language", GOOD)
def test_a_brace_that_is_gone_is_found_and_a_sound_file_is_not_suspected(language: str) -> None:
    good = GOOD[language]
    broken = good.replace(b"}", b"", 1)
    assert errors(language, good, broken)
    assert errors(language, broken, broken.replace(b"1", b"2")) == []
    assert errors(language, good, good.replace(b"1", b"2")) == []
    assert errors(language, b"", good) == []


def test_an_edit_of_javascript_tells_the_place() -> None:
    desk = MemoryDesk({"a.js": GOOD["javascript"]})
    arguments = {"path": "a.js", "edits": [{"old": "a + 1;", "new": "a + (1;"}]}
    done = execute(desk, "executing", ToolCall(id="1", name="edit", arguments=arguments))
    assert done.text == (
        "a.js: 1 edit made. But it looks like a syntax error now; check it:\n"
        "a.js:2:16 error: ) is missing [syntax, grammar of javascript]\n"
        "1\tfunction f(a) {\n2\t  return a + (1;\n3\t}\n4\t"
    )
    assert not done.red


def test_other_files_and_hostile_ones_are_not_suspected() -> None:
    assert suspected("a.txt", b"", b"(((") == ()
    assert suspected("a.js", b"", b"(" * 600_000) == ()
    assert suspected("a.js", b"", b"(" * 200_000) is not None
