"""JUnit XML: pytest, surefire, Gradle, CTest, mocha."""

from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

from junitparser import TestCase

from patchwright.tools.checks import TestResult, TestStatus
from patchwright.tools.reports.base import MAX_TESTS, Parsed, ReportMalformed, a_test, merged, number, relative

MAX_DEPTH = 64
SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx")


def parse_junit(data: bytes) -> Parsed:
    """The tests of one JUnit XML file. Raises `ReportMalformed`, also for any document type or entity."""
    root = _tree(data)
    if root.tag not in ("testsuite", "testsuites"):
        raise ReportMalformed(f"the report is XML, but no JUnit: its root is <{root.tag[:60]}>")
    cases = [cast("Any", TestCase).fromelem(element) for element in root.iter("testcase")]
    return merged([Parsed(tuple(_test(case) for case in cases))])


def node_id(classname: str, name: str, file: str) -> str:
    """How a runner is told to run this test: pytest's node id, `file::suite > name` of scripts, else `class::name`.

    pytest joins module and classes with dots; a class defined in another file than the one that
    collects it (an inherited test) carries that other file, so then its first capital tells.
    """
    if file.endswith(SCRIPTS):
        return f"{relative(file)}::{classname} > {name}"
    if not file and classname.endswith(f".{name}") and "." in name:
        return f"{classname.removesuffix(name).replace('.', '/')}{name}::{name}"
    if not file.endswith(".py"):
        return f"{classname}::{name}" if classname and classname != name else name
    if not classname:
        return _module_file(name)
    module = file.removesuffix(".py").replace("/", ".")
    if classname == module or classname.startswith(f"{module}."):
        rest = classname[len(module) + 1 :]
        return "::".join([file, *rest.split("."), name] if rest else [file, name])
    parts = classname.split(".")
    classes = next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts))
    return "::".join(["/".join(parts[:classes]) + ".py", *parts[classes:], name])


def _module_file(name: str) -> str:
    return name if name.endswith(".py") else name.replace(".", "/") + ".py"


def _tree(data: bytes) -> Element:
    _refuse_hostile(data)
    try:
        return fromstring(data)
    except (ParseError, ValueError, LookupError) as problem:
        raise ReportMalformed(f"the report is not XML: {str(problem)[:200]}") from problem


def _refuse_hostile(data: bytes) -> None:
    """Look through the document without building it: no document type, no depth, no flood."""
    depth = elements = 0

    def start(*_: object) -> None:
        nonlocal depth, elements
        depth, elements = depth + 1, elements + 1
        if depth > MAX_DEPTH or elements > 20 * MAX_TESTS:
            raise ReportMalformed("the report's XML is nested too deeply or has too many elements")

    def end(_: object) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise ReportMalformed("the report's XML declares a document type, which reports never need")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as problem:
        raise ReportMalformed(str(problem)[:200]) from problem


def _test(case: Any) -> TestResult:
    attributes = cast("dict[str, str]", case._elem.attrib)
    name, classname = attributes.get("name", ""), attributes.get("classname", "")
    file = attributes.get("file", "")
    if not file and not classname and _is_pytest_module(case):
        file = _module_file(name)
    status, message, trace = _outcome(case)
    test_id = node_id(classname, name, file)
    where = test_id.partition("::")[0] if file.endswith(".py") else file
    return a_test(test_id, status, where, number(attributes.get("time", "").replace(",", "")), message, trace)


def _is_pytest_module(case: Any) -> bool:
    """A module that pytest could not collect has neither file nor class."""
    return any((entry.message or "").startswith("collection ") for entry in case.result)


def _outcome(case: Any) -> tuple[TestStatus, str, str]:
    found: dict[str, tuple[str, str, str]] = {}
    for entry in case.result:
        found.setdefault(entry._tag, (entry.message or "", entry.text or "", entry.type or ""))
    if "error" in found:
        return "error", *_words(*found["error"])
    if "failure" in found:
        return "failed", *_words(*found["failure"])
    if "skipped" in found:
        message, trace, kind = found["skipped"]
        return ("xfailed" if kind == "pytest.xfail" else "skipped"), message, trace
    # CTest says it in an attribute only.
    return ("skipped", "", "") if case._elem.attrib.get("status") == "disabled" else ("passed", "", "")


def _words(message: str, trace: str, kind: str) -> tuple[str, str]:
    """The failure's type and first words, and its text. A collection error's reason is its last `E` line, or line."""
    if message.startswith("collection ") and trace.strip():
        lines = trace.strip().splitlines()
        reasons = [line[1:].strip() for line in lines if line.startswith("E  ")]
        message = reasons[-1] if reasons else lines[-1].strip()
    if not message:
        message = (trace.strip().splitlines() or [""])[0]
    known = kind and kind not in message and not kind.startswith("pytest.")
    return (f"{kind}: {message}" if known else message), trace
