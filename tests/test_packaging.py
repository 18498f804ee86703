"""The odd layout holds: folders at the top, `patchwright.*` when imported, nothing shadowed by a user's folders."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

ROOT = Path(__file__).resolve().parent.parent
STAIRS = ("agent", "api", "evals", "sandbox", "tools")
TASKS = Path("evals", "data", "tasks")
"""Whole projects in many languages: data, although there are modules among them."""
NOT_SHIPPED = ignore_patterns("__pycache__", "*.egg-info")


def _packages_on_disk() -> set[str]:
    """A folder inside one that is no package (the demonstration's project) is data, whatever lies in it."""
    markers = (path for stair in STAIRS for path in (ROOT / stair).rglob("__init__.py"))
    folders = {path.parent.relative_to(ROOT) for path in markers}
    packages = (folder for folder in folders if {*folder.parents} - {Path()} <= folders)
    return {".".join(("patchwright", *folder.parts)) for folder in packages}


def _run(*command: str | Path, cwd: Path, **env: str) -> str:
    """Standard output of a command with nothing of our environment but PATH and what a wheel build needs."""
    base = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LANG": "C.UTF-8"}
    done = subprocess.run(command, cwd=cwd, env=base | env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built from a copy, so that nothing is left in the tree, and offline."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for stair in STAIRS:
        copytree(ROOT / stair, source / stair, ignore=NOT_SHIPPED)
    (source / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (source / "README.md").touch()
    pip = (sys.executable, "-m", "pip", "-q", "wheel", "--no-deps", "--no-index", "--no-build-isolation")
    _run(*pip, "-w", out, source, cwd=source)
    (built,) = out.glob("patchwright-*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a clean environment with the wheel; what it depends on is lent by ours."""
    folder = tmp_path_factory.mktemp("clean")
    _run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    install = (sys.executable, "-m", "pip", "-q", "--python", python, "install", "--no-deps", "--no-index")
    _run(*install, wheel, cwd=folder)
    ours, (theirs,) = _site_packages(Path(sys.prefix)), folder.glob("lib/python*/site-packages")
    (theirs / "lent.pth").write_text(f"{ours}\n")  # a folder named so runs no .pth of its own: not our editable install
    return python


def _site_packages(prefix: Path) -> Path:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return prefix / "lib" / version / "site-packages"


def test_the_list_of_packages_is_the_folders() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert sorted(declared) == sorted(_packages_on_disk())


def test_the_links_for_the_type_checkers_are_right() -> None:
    folder = ROOT / ".typing" / "patchwright"
    links = {path.name: str(path.readlink()) for path in folder.iterdir() if path.is_symlink()}
    assert links == {stair: f"../../{stair}" for stair in STAIRS}
    assert {path.name for path in folder.iterdir()} - set(links) <= {"py.typed"}


def test_the_wheel_holds_every_module_and_data_file_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if name.endswith(".py")}
    modules = {path.relative_to(ROOT) for stair in STAIRS for path in (ROOT / stair).rglob("*.py")}
    in_packages = {
        f"patchwright/{path}"
        for path in modules
        if ".".join(("patchwright", *path.parent.parts)) in _packages_on_disk() or path.is_relative_to(TASKS)
    }
    assert shipped == in_packages


def test_the_wheel_ships_the_tasks_whole_with_files_whose_names_begin_with_a_dot(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if name.startswith(f"patchwright/{TASKS}/")}
    assert shipped == {f"patchwright/{path.relative_to(ROOT)}" for path in (ROOT / TASKS).rglob("*") if path.is_file()}
    assert any("/.github/" in name for name in shipped)


def test_the_wheel_ships_its_prompts(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())
    prompts = {f"patchwright/{path.relative_to(ROOT)}" for path in (ROOT / "agent" / "prompts").glob("*.md")}
    assert prompts <= shipped


def test_the_wheel_ships_its_transformations(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = set(archive.namelist())
    data = {f"patchwright/{path.relative_to(ROOT)}" for path in (ROOT / "tools" / "transformations").rglob("*.toml")}
    assert data <= shipped and len(data) >= 3


def test_the_installed_wheel_works_in_a_folder_with_tools_and_api_of_its_own(python: Path, tmp_path: Path) -> None:
    for name in ("tools", "api", "agent"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the wrong one was imported')\n")
    script = "import patchwright.tools, patchwright.api, patchwright.sandbox.images as images; print(images.__file__)"
    where = _run(python, "-c", script, cwd=tmp_path, PYTHONPATH=".").strip()
    assert Path(where).is_relative_to(python.parent.parent)
    assert "Usage" in _run(python.parent / "patchwright", "--help", cwd=tmp_path, PYTHONPATH=".")
