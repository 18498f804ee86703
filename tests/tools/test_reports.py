"""Parsers of reports, on real outputs of the tools and on garbage."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from patchwright.tools.checks import ReportFormat
from patchwright.tools.reports import FROM_FILES, FROM_OUTPUT, parse_reports
from patchwright.tools.reports.base import MAX_TRACE, Parsed, ReportMalformed, a_test, merged
from patchwright.tools.reports.junit import node_id, parse_junit

CASES = Path(__file__).parents[1] / "cases" / "reports"


def statuses(form: ReportFormat, name: str) -> dict[str, str]:
    parsed = parse_reports(form, [(CASES / name).read_bytes()], b"")
    return {test.id: test.status for test in parsed.tests}


def test_pytest_ids_are_those_that_pytest_takes_back() -> None:
    assert statuses("junit", "pytest.xml") == {
        "tests/test_b.py": "error",
        "tests/test_c.py": "skipped",
        "tests/test_a.py::TestIt::test_inherited": "passed",
        "tests/test_a.py::TestIt::TestInner::test_x": "failed",
        "tests/test_a.py::TestIt::test_p[a]": "passed",
        "tests/test_a.py::TestIt::test_p[b::c]": "passed",
        r"tests/test_a.py::TestIt::test_p[\x07]": "passed",
        r"tests/test_a.py::TestIt::test_p[\xe9]": "passed",
        "tests/test_a.py::TestIt::test_p[p4]": "passed",
        "tests/test_a.py::test_xf": "xfailed",
        "tests/test_a.py::test_xp": "passed",
        "tests/test_a.py::test_sk": "skipped",
        "tests/test_a.py::test_td": "error",
        "tests/test_a.py::U::test_ok": "passed",
        "tests/test_a.py::U::test_sub": "failed",
    }


def test_a_collection_error_says_the_reason_and_not_that_there_was_one() -> None:
    parsed = parse_junit((CASES / "pytest.xml").read_bytes())
    assert parsed.tests[0].message == "ModuleNotFoundError: No module named 'nothere'"


def test_other_junit_writers_give_stable_ids() -> None:
    assert statuses("junit", "surefire.xml") == {
        "a.CalcTest::adds": "passed",
        "a.CalcTest::fails": "failed",
        "a.CalcTest::later": "skipped",
    }
    assert statuses("junit", "ctest.xml") == {"good": "passed", "bad": "failed", "off": "skipped"}
    assert statuses("junit", "mocha.xml") == {
        "m.js::g > ok": "passed",
        "m.js::g > bad": "failed",
        "m.js::g > sk": "skipped",
    }


def test_go_test_events_count_and_forged_lines_in_a_test_s_output_do_not() -> None:
    found = statuses("go-json", "go.json")
    assert not any("Forged" in name for name in found)
    assert found == {
        "example.com/m::TestAdd": "passed",
        "example.com/m::TestBad": "failed",
        "example.com/m::TestBad/sub": "failed",
        "example.com/m::TestSkip": "skipped",
        "example.com/m/panics::TestA": "passed",
        "example.com/m/panics::TestP": "failed",
        "example.com/m/broken": "error",
    }


def test_cargo_tells_tests_of_each_binary_and_compiler_messages() -> None:
    parsed = parse_reports("cargo", [(CASES / "cargo.json").read_bytes()], b"")
    assert {test.id: test.status for test in parsed.tests} == {
        "calc::tests::adds": "passed",
        "calc::tests::fails": "failed",
        "calc::tests::later": "skipped",
        "integration::works": "passed",
    }
    assert [(found.path, found.severity, found.code) for found in parsed.diagnostics] == [
        ("src/lib.rs", "warning", "unused_variables")
    ]


def test_a_cargo_test_that_began_and_never_ended_is_an_error() -> None:
    report = b'{"binary":"/t/calc-0123456789abcdef"}\n{"type":"test","event":"started","name":"a"}\n'
    assert [(test.id, test.status) for test in parse_reports("cargo", [report], b"").tests] == [("calc::a", "error")]


@pytest.mark.parametrize(("name", "file"), [("jest.json", "a.test.js"), ("vitest.json", "a.test.js")])
def test_jest_and_vitest_speak_alike(name: str, file: str) -> None:
    assert statuses("jest", name) == {
        f"{file}::g > ok": "passed",
        f"{file}::g > bad": "failed",
        f"{file}::g > sk": "skipped",
        "b.test.js": "error",
    }


def test_our_reporter_for_node_says_from_which_file_a_test_is() -> None:
    found = statuses("jest", "node.json")
    assert found["test/a.test.js::group > inner bad # hash"] == "failed"
    assert found["test/b.test.js"] == "error"
    assert not any(name.startswith("test/c.test.js") for name in found)


def test_tap_counts_leaves_and_not_their_parents() -> None:
    found = statuses("tap", "node.tap")
    assert found["group > inner ok"] == "passed"
    assert found["group > inner bad # hash"] == "failed"
    assert "group" not in found
    assert found["todo"] == "xfailed"
    assert "forged" not in found


@pytest.mark.parametrize(
    ("form", "line", "expected"),
    [
        ("gcc", "src/t.c:2:33: warning: unused [-Wunused]", ("src/t.c", 2, 33, "warning", "-Wunused", "unused")),
        ("gcc", "./b.go:2:23: undefined: nope", ("b.go", 2, 23, "error", "", "undefined: nope")),
        ("gcc", "vet: b/b.go:2:23: undefined: nope", ("b/b.go", 2, 23, "error", "", "undefined: nope")),
        ("gcc", "a.c:1:10: fatal error: x.h: No such file", ("a.c", 1, 10, "error", "", "x.h: No such file")),
        ("mypy", "a.py:3:5: error: Bad  [arg-type]", ("a.py", 3, 5, "error", "arg-type", "Bad")),
        ("mypy", "a.py:3: note: See", ("a.py", 3, 0, "note", "", "See")),
        ("tsc", "src/a.ts(1,54): error TS2322: No.", ("src/a.ts", 1, 54, "error", "TS2322", "No.")),
        ("javac", "a/A.java:7: error: no symbol", ("a/A.java", 7, 0, "error", "", "no symbol")),
        ("javac", "[ERROR] /workspace/a/A.java:[7,9] no symbol", ("a/A.java", 7, 9, "error", "", "no symbol")),
    ],
)
def test_compilers_lines_become_diagnostics(form: ReportFormat, line: str, expected: tuple[object, ...]) -> None:
    [found] = parse_reports(form, [], f"noise\n{line}\nmore noise\n".encode()).diagnostics
    assert (found.path, found.line, found.column, found.severity, found.code, found.message) == expected


def test_linters_json_becomes_diagnostics() -> None:
    eslint = b'[{"filePath":"/workspace/a.js","messages":[{"ruleId":"no-undef","severity":2,"line":1,"column":2,"message":"m"}]}]'
    ruff = b'[{"filename":"/workspace/a.py","code":"F401","message":"m","location":{"row":3,"column":4}}]'
    assert [found.key for found in parse_reports("eslint", [eslint], b"").diagnostics] == [
        ("a.js", "eslint", "no-undef", "m")
    ]
    assert [found.key for found in parse_reports("ruff", [ruff], b"").diagnostics] == [("a.py", "ruff", "F401", "m")]


BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<testsuites><testsuite name="&b;"><testcase name="&b;"/></testsuite></testsuites>"""


@pytest.mark.parametrize(
    "data",
    [
        BILLION_LAUGHS,
        BILLION_LAUGHS.decode().replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuites/>',
        b"<a>" * 100_000,
        b"<testsuites>" + b"<testsuite>" * 200 + b"</testsuite>" * 200 + b"</testsuites>",
        b"<html><testcase name='x'/></html>",
        b"",
        b"\x00\x01",
        b'<?xml version="1.0" encoding="nonsense"?><testsuites/>',
    ],
    ids=["entities", "entities in UTF-16", "external", "unclosed", "deep", "no junit", "empty", "binary", "encoding"],
)
def test_hostile_xml_is_refused(data: bytes) -> None:
    with pytest.raises(ReportMalformed):
        parse_junit(data)


def test_a_test_told_twice_counts_as_the_worse() -> None:
    xml = b'<testsuite><testcase name="a"><failure/></testcase><testcase name="a"/></testsuite>'
    assert [test.status for test in parse_junit(xml).tests] == ["failed"]
    assert merged([Parsed((a_test("a", "passed"),)), Parsed((a_test("a", "skipped"),))]).tests[0].status == "passed"


def test_a_missing_report_is_said_and_exit_codes_need_none() -> None:
    with pytest.raises(ReportMalformed, match="left no report"):
        parse_reports("junit", [], b"5 passed")
    assert parse_reports("exit-code", [], b"5 passed") == Parsed()


def test_traces_and_terminal_controls_are_cut() -> None:
    found = a_test("a\x1b[31m", "failed", trace="x" * 100_000, message="\x9b1m")
    assert len(found.trace) <= MAX_TRACE
    assert "\x1b" not in found.id
    assert "\x9b" not in found.message


def test_addresses_in_names_do_not_make_new_tests() -> None:
    assert a_test("t[<A object at 0x7f67b9e67450>]", "passed").id == "t[<A object at 0x>]"


def test_a_doctest_file_keeps_its_path() -> None:
    assert node_id("docs.test_a.txt", "test_a.txt", "") == "docs/test_a.txt::test_a.txt"


def test_every_format_has_a_parser() -> None:
    assert {*FROM_FILES, *FROM_OUTPUT, "exit-code"} == set(get_args(ReportFormat))


JSONISH = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["testResults", "assertionResults", "messages", "Action", "Test"]) | st.text(max_size=3),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300))
@example(data=b"[" * 100_000)
@example(data=b'{"a":' * 100_000)
@example(data=b"{" + b"9" * 5000 + b"}")
def test_no_bytes_make_a_parser_raise_anything_but_its_error(data: bytes) -> None:
    for form in (*FROM_FILES, *FROM_OUTPUT):
        try:
            parse_reports(form, [data], data)
        except ReportMalformed:
            continue


@settings(max_examples=60, deadline=None)
@given(document=JSONISH)
def test_no_json_makes_a_parser_raise_anything_but_its_error(document: object) -> None:
    import json

    data = json.dumps(document).encode()
    for form in ("jest", "eslint", "ruff", "go-json", "cargo"):
        for wrapped in (data, b'{"testResults":[' + data + b"]}", b"[" + data + b"]"):
            try:
                parse_reports(form, [wrapped], b"")
            except ReportMalformed:
                continue


def test_a_collection_error_without_marked_lines_gives_its_last_line() -> None:
    xml = (
        b'<testsuite><testcase classname="" name="tests.test_a" file="tests/test_a.py"><error message="collection '
        b'failure">conftest.py:3: in make\n    os.listdir("x")\nFileNotFoundError: x</error></testcase></testsuite>'
    )
    assert parse_junit(xml).tests[0].message == "FileNotFoundError: x"
