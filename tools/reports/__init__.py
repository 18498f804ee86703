"""Reads what tools report: bytes to tests and diagnostics. The bytes are hostile (B5).

Every parser is a pure function that raises nothing but `ReportMalformed`.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from patchwright.tools.checks import ReportFormat
from patchwright.tools.reports.base import Parsed, ReportMalformed, merged
from patchwright.tools.reports.cargo import parse_cargo
from patchwright.tools.reports.go import parse_go
from patchwright.tools.reports.jest import parse_jest
from patchwright.tools.reports.junit import parse_junit
from patchwright.tools.reports.linters import parse_eslint, parse_ruff
from patchwright.tools.reports.tap import parse_tap
from patchwright.tools.reports.text import parse_gcc, parse_javac, parse_mypy, parse_tsc

FROM_FILES: Mapping[ReportFormat, Callable[[bytes], Parsed]] = MappingProxyType(
    {
        "junit": parse_junit,
        "go-json": parse_go,
        "cargo": parse_cargo,
        "jest": parse_jest,
        "tap": parse_tap,
        "eslint": parse_eslint,
        "ruff": parse_ruff,
    }
)
"""Formats whose reports are files; what is printed does not count for them."""

FROM_OUTPUT: Mapping[ReportFormat, Callable[[bytes], Parsed]] = MappingProxyType(
    {"gcc": parse_gcc, "javac": parse_javac, "mypy": parse_mypy, "tsc": parse_tsc}
)
"""Compilers and type checkers that only print; they run no code of the repository."""


def parse_reports(form: ReportFormat, files: Sequence[bytes], output: bytes) -> Parsed:
    """What a command reported, from its report files or, for compilers, from its output.

    Raises `ReportMalformed` when a file is missing, too large or not what the format says.
    """
    if form in FROM_OUTPUT:
        return FROM_OUTPUT[form](output)
    if form not in FROM_FILES:
        return Parsed()
    if not files:
        raise ReportMalformed("the command left no report")
    return merged([FROM_FILES[form](data) for data in files])
