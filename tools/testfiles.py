"""Which files are tests, or steer them, by their names."""

import re

_TESTS = re.compile(
    r"(?:^|/)(?:tests?|testing|__tests__|spec|specs|testdata|fixtures|__snapshots__|__mocks__)/|"
    r"(?:^|/)(?:conftest\.py|test_[^/]*\.py|[^/]*_tests?\.py|tests?\.py|pytest\.ini|\.pytest\.ini|tox\.ini|noxfile\.py|"
    r"[^/]*_test\.go|[^/]*\.(?:test|spec)\.[cm]?[jt]sx?|(?:jest|vitest|karma|playwright|cypress)\.config\.[^/]+|"
    r"\.mocharc(?:\.[^/]+)?|[^/]*Tests?\.(?:java|kt|groovy)|[^/]*IT\.java|CTestTestfile\.cmake|CTestConfig\.cmake)$|"
    r"(?:^|/)src/test/"
)


def looks_like_test(path: str) -> bool:
    """Whether the path is that of a test, of its data, or of a test runner's settings."""
    return _TESTS.search(path) is not None
