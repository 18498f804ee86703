"""The supervisor's parts that need no sandbox, and that it keeps to old Pythons."""

import ast
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchwright.sandbox import supervisor
from patchwright.sandbox.supervisor import Output, descendants, find
from patchwright.sandbox.wire import PARTS, supervisor_source


@given(st.integers(0, 50), st.lists(st.binary(max_size=30)))
def test_output_keeps_head_and_tail_and_counts_the_rest(cap: int, pieces: list[bytes]) -> None:
    """RES-07"""
    output = Output(cap)
    head = b"".join(output.add(piece) for piece in pieces)
    whole = b"".join(pieces)
    kept = head + bytes(output.tail)
    assert len(kept) + output.omitted == len(whole)
    assert len(kept) <= cap
    assert kept == whole if len(whole) <= cap else (head == whole[: cap // 2] and whole.endswith(output.tail))


def test_it_is_written_for_python_3_9_and_imports_nothing_of_ours() -> None:
    known = {"__future__", "collections.abc"}
    for part in PARTS:
        source = Path(supervisor.__file__).with_name(f"{part}.py").read_text()
        nodes = list(ast.walk(ast.parse(source, feature_version=(3, 9))))
        modules = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
        assert modules <= sys.stdlib_module_names
        assert {node.module for node in nodes if isinstance(node, ast.ImportFrom)} <= known
        assert not any(isinstance(node, ast.Match) for node in nodes)
        known.add(f"patchwright.sandbox.{part}")


def test_it_fits_one_argument_of_a_program() -> None:
    assert len(supervisor_source().encode()) < 128 << 10


def test_a_program_is_found_by_the_path_of_the_command(tmp_path: Path) -> None:
    for name, mode in (("plain", 0o644), ("tool", 0o755)):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(mode)
    path = f"/nonexistent:{tmp_path}"
    assert find("tool", path) == str(tmp_path / "tool")
    assert find("./anything", path) == "./anything"
    for missing in ("plain", "nothing"):
        with pytest.raises(FileNotFoundError):
            find(missing, path)


def test_outside_a_container_only_descendants_are_ever_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []

    def note(pid: int, number: int) -> None:
        killed.append(pid)

    monkeypatch.setattr(os, "kill", note)
    supervisor.kill_everybody()
    assert -1 not in killed
    assert os.getpid() not in descendants(os.getpid())
    assert os.getpid() in descendants(os.getppid())
