"""FS-01: which paths a tool may name. RES-10: globs from the model cannot take long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.tools.paths import BadPath, file_path, matches, matching, shown, tool_path


@pytest.mark.parametrize(
    ("given_path", "clean"),
    [
        ("a/b.py", "a/b.py"),
        ("./a//b.py", "a/b.py"),
        ("", ""),
        (".", ""),
        ("src/", "src"),
        (".github/workflows/ci.yml", ".github/workflows/ci.yml"),
        (".gitignore", ".gitignore"),
        ("docs/ünï.md", "docs/ünï.md"),
        ("git/x", "git/x"),
        ("-rf", "-rf"),
        ("a b", "a b"),
        ("x~", "x~"),
        ("foo.git/x", "foo.git/x"),
    ],
)
def test_fs_01_allows_relative_paths_and_gives_them_one_spelling(given_path: str, clean: str) -> None:
    assert tool_path(given_path) == clean


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a/..",
        "~/x",
        "~root/x",
        "a\0b",
        "a\nb",
        "a\x1b[31m",
        "a\x7f",
        "a\x85b",
        "a\u2028b",
        "\ud800",
        ".git",
        ".git/config",
        "sub/.git/hooks/pre-commit",
        ".GIT/config",
        ".Git",
        ".git./config",
        ".git /config",
        ".git . ./config",
        ".git::$INDEX_ALLOCATION/config",
        "git~1/config",
        "GIT~1",
        "git~2",
        ".g\u200cit/config",
        "\ufeff.git",
        ".gi\u206ft/x",
        "a\\.git\\config",
        "．git/config",
        "a" * 256,
        "a/" * 65 + "a",
        "ä/" * 400 + "x",
    ],
)
def test_fs_01_refuses_what_could_leave_the_tree_or_reach_git(path: str) -> None:
    with pytest.raises(BadPath) as refused:
        tool_path(path)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("path", ["", ".", "src/", "./"])
def test_a_file_path_names_something_below_the_root(path: str) -> None:
    with pytest.raises(BadPath):
        file_path(path)


@given(st.text())
def test_fs_01_an_allowed_path_stays_in_the_tree_whatever_was_given(path: str) -> None:
    try:
        clean = tool_path(path)
    except BadPath:
        return
    assert not clean.startswith("/")
    assert ".." not in clean.split("/")
    assert ".git" not in clean.casefold().split("/")
    assert tool_path(clean) == clean


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("src/a.py", "src/a.py", True),
        ("src/a.py", "src/*.py", True),
        ("src/x/a.py", "src/*.py", False),
        ("src/x/a.py", "src/**/*.py", True),
        ("src/a.py", "src/**/*.py", True),
        ("src/x/y/a.py", "src/**", True),
        ("src/x/y/a.py", "src/", True),
        ("src/x/y/a.py", "src", True),
        ("srcs/a.py", "src", False),
        ("a.py", "**/a.py", True),
        ("a.py", "**", True),
        ("a.py", "", False),
        ("src", "src/*", False),
        ("src/x/a.py", "src/*", False),
        ("src/x/a.py", "*/x", True),
        ("app/[id].tsx", "app/[id].tsx", True),
        ("app/[id]/page.tsx", "app/[id]", True),
        ("app/i", "app/[id]", True),
        ("a.py", "/", False),
        ("src/a.py", "src/[ab].py", True),
        ("src/A.py", "src/a.py", False),
        ("a.py", "./a.py", True),
    ],
)
def test_a_glob_means_files_as_a_person_would_expect(path: str, pattern: str, expected: bool) -> None:
    assert matches(path, pattern) is expected


def test_matching_keeps_the_order() -> None:
    assert matching(["b.py", "a.py", "c.txt"], "*.py") == ["b.py", "a.py"]


def test_res_10_a_hostile_glob_takes_no_time() -> None:
    began = time.perf_counter()
    assert not matches("a" * 250, "*a" * 100 + "b")
    assert not matches("/".join("a" * 60), "/".join(["**", "a"] * 60) + "/b")
    assert time.perf_counter() - began < 0.5


def test_a_path_in_a_message_shows_its_escapes() -> None:
    assert shown("a\x1b\ud800") == '"a\\x1b\\ud800"'
