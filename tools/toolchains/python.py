"""Python: pytest runs pytest, unittest and Django tests alike, so that every test has a result of its own."""

import re
from collections.abc import Mapping, Sequence

from patchwright.sandbox.base import WORKSPACE
from patchwright.tools.checks import Check
from patchwright.tools.toolchains.base import (
    DEPS,
    REPORTS,
    Found,
    folder,
    named,
    parse_ini,
    table,
    text_of,
    toml_of,
    with_suffix,
)
from patchwright.tools.toolchains.pytest_options import judging_addopts, pytest_settings
from patchwright.tools.toolchains.python_deps import Project, read_project
from patchwright.tools.toolchains.python_runners import tox_environment
from patchwright.tools.tree import FileTree

VENV = f"{DEPS}/venv"
MANIFESTS = (
    *("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "tox.ini", "tox.toml", "manage.py", "noxfile.py"),
)
IN_IMAGE = frozenset({"pytest", "pytest-timeout", "setuptools", "wheel", "pip"})
TEST_SECONDS = 120
"""One test may take this long before it counts as failed (pytest-timeout)."""

REQUIREMENTS = ".patchwright/requirements.txt"
METADATA = ".patchwright/dist-info"

# Runs isolated (-I -S): nothing of the tree is imported, whatever it is called.
SYNTAX = """\
import os, sys
bad = 0
skip = {"node_modules", "site-packages", "venv"}
for folder, folders, names in os.walk("."):
    folders[:] = [name for name in folders if name not in skip and not name.startswith(".")]
    for path in (os.path.join(folder, name)[2:] for name in sorted(names) if name.endswith(".py")):
        try:
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    compile(file.read(), path, "exec", dont_inherit=True)
        except SyntaxError as problem:
            bad = 1
            print(f"{path}:{problem.lineno or 1}:{max(problem.offset or 0, 0)}: error: {problem.msg}")
        except (ValueError, OverflowError, MemoryError, RecursionError, OSError) as problem:
            bad = 1
            print(f"{path}:1:0: error: {type(problem).__name__}: {problem}")
sys.exit(bad)
"""

# A version that cannot be had any more must not cost all others: then one by one, newest if need be.
INSTALL = f"""\
python3 -m venv --system-site-packages {VENV} || exit 1
pip() {{ {VENV}/bin/python3 -m pip install -q "$@" < /dev/null; }}
pip -r {REQUIREMENTS} || while read -r line; do
  pip "$line" || pip "${{line%%[!A-Za-z0-9._-]*}}" || echo "patchwright: could not install: $line"
done < {REQUIREMENTS}
if [ -d {METADATA} ]; then
  site=$({VENV}/bin/python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  cp -r {METADATA}/. "$site/"
fi
"""


def detect_python(tree: FileTree) -> Found | None:
    """Checks, dependencies and settings of a Python tree; None if it holds no Python."""
    paths = tree.paths()
    sources = with_suffix(paths, ".py")
    manifests = [name for name in MANIFESTS if name in paths]
    if not sources:
        return None
    project = read_project(tree)
    django = _django_settings(tree, paths)
    wanted = _wanted(tree, project, django)
    env = _environment(tree, project, django)
    checks = [*_static_checks(tree, env), *_pytest(tree, project, django, env)]
    needed = [line for line in wanted if re.split(r"[^A-Za-z0-9._-]", line)[0].lower() not in IN_IMAGE or "=" in line]
    files = _files(project, needed)
    commands = (("sh", "-c", INSTALL),) if needed or _needs_metadata(tree, project, sources) else ()
    notes = (*_notes(project, manifests, needed, django), *project.notes)
    weight = len(sources) + (1000 if manifests else 0)
    return Found("python", weight, tuple(checks), files if commands else {}, commands, env, _protected(tree), notes)


def _wanted(tree: FileTree, project: Project, django: str) -> list[str]:
    wanted = list(project.requirements)
    wanted += ["pytest-django"] if django and not project.needs("pytest-django") else []
    wanted += ["mypy"] if _mypy(tree) else []
    wanted += ["ruff"] if _ruff(tree) else []
    return wanted


def _environment(tree: FileTree, project: Project, django: str) -> dict[str, str]:
    roots = [project.package_dir.strip("./")] if project.package_dir.strip("./") else []
    roots += ["src"] if any(re.match(r"src/(?:[^/]+/__init__|[^/]+)\.py$", path) for path in tree.paths()) else []
    roots += [folder(path) for path in named(tree.paths(), "manage.py") if folder(path)] if django else []
    where = [f"{WORKSPACE}/{root}" for root in dict.fromkeys(roots)]
    settings = {"DJANGO_SETTINGS_MODULE": django} if django else {}
    return {
        **tox_environment(tree),
        "PATH": f"{VENV}/bin:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": ":".join([*where, WORKSPACE]),
        # Emptied before each check: bytecode of another version of a file, written within the same second,
        # would be believed. Without any, each test that fails to import compiles all that it imports again.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": f"{REPORTS}/bytecode",
        "PYTHONHASHSEED": "0",
        **settings,
    }


def _static_checks(tree: FileTree, env: dict[str, str]) -> list[Check]:
    syntax = ("python3", "-I", "-S", "-W", "ignore", "-c", SYNTAX)
    checks = [Check(name="syntax", kind="syntax", command=syntax, report="gcc", env=env, timeout=300)]
    if targets := _mypy(tree):
        flags: tuple[str, ...] = ("--no-pretty", "--no-color-output", "--hide-error-context", "--show-column-numbers")
        flags += ("--show-error-codes", "--no-error-summary", "--cache-dir=/tmp/mypy")
        command = ("python3", "-m", "mypy", *flags, *targets[1:])
        checks.append(Check(name="mypy", kind="types", command=command, report="mypy", env=env))
    if _ruff(tree):
        report = f"{REPORTS}/ruff.json"
        lint = ("ruff", "check", "--no-cache", "--output-format", "json", "--output-file", report, ".")
        checks.append(Check(name="ruff", kind="lint", command=lint, report="ruff", reports=(report,), env=env))
    return checks


def _mypy(tree: FileTree) -> list[str]:
    """["mypy", what to check on the command line...] if the project configures mypy, else nothing."""
    settings = table(toml_of(tree, "pyproject.toml"), "tool", "mypy")
    for path in ("mypy.ini", ".mypy.ini", "setup.cfg"):
        settings = settings or dict(parse_ini(text_of(tree, path)).get("mypy", {}))
    if not settings:
        return []
    told = any(key in settings for key in ("files", "packages", "modules"))
    packages = sorted({path.split("/")[0] for path in tree.paths() if re.match(r"[A-Za-z_]\w*/__init__\.py$", path)})
    under_src = any(path.startswith("src/") for path in tree.paths())
    return ["mypy", *([] if told else ["src"] if under_src else packages or ["."])]


def _ruff(tree: FileTree) -> bool:
    configured = any(path in ("ruff.toml", ".ruff.toml") for path in tree.paths())
    return configured or bool(table(toml_of(tree, "pyproject.toml"), "tool", "ruff"))


def _pytest(tree: FileTree, project: Project, django: str, env: dict[str, str]) -> list[Check]:
    if not _has_tests(tree.paths()):
        return []
    report = f"{REPORTS}/pytest.xml"
    command = ["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--rootdir=."]
    # The other styles parse the whole test file again for each failure: 150 s instead of 4 s for WebOb's 388.
    command += ["--tb=native"]
    command += ["--continue-on-collection-errors", f"--junitxml={report}", "-o", "junit_family=xunit1"]
    for setting in _overrides(pytest_settings(tree), project, django):
        command += ["-o", setting]
    narrow = (*command, "{tests}")
    whole = Check(
        name="pytest", kind="tests", command=tuple(command), report="junit", reports=(report,), narrow=narrow, env=env
    )
    return [whole]


def _overrides(settings: Mapping[str, str] | None, project: Project, django: str) -> list[str]:
    known = settings or {}
    kept, dropped = judging_addopts(known.get("addopts", ""))
    found = [f"addopts={kept}"] if dropped else []
    if "timeout" not in known and "--timeout" not in kept:
        found.append(f"timeout={TEST_SECONDS}")
    # unittest's own pattern where nothing says that pytest is the runner.
    if "python_files" not in known and (django or (settings is None and not project.needs("pytest"))):
        found.append("python_files=test*.py *_test.py *_tests.py")
    return found


def _has_tests(paths: Sequence[str]) -> bool:
    names = re.compile(r"(?:^|/)(?:tests?/.*|test[^/]*|[^/]*_tests?)\.py$")
    return any(names.search(path) for path in with_suffix(paths, ".py"))


def _django_settings(tree: FileTree, paths: Sequence[str]) -> str:
    """The settings module that manage.py names; "" if this is no Django project."""
    for path in sorted(named(paths, "manage.py"), key=len):
        found = re.search(r"DJANGO_SETTINGS_MODULE['\"]\s*,\s*['\"]([\w.]+)['\"]", text_of(tree, path))
        if found:
            return found[1]
    return ""


def _files(project: Project, needed: list[str]) -> dict[str, bytes]:
    """What the dependency step reads: names to install, and the project's own metadata, which it may ask for."""
    files = {REQUIREMENTS: "".join(f"{line}\n" for line in needed).encode()}
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}", project.name):
        version = project.version if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+!_-]{0,60}", project.version) else "0"
        base = f"{METADATA}/{re.sub(r'[-.]+', '_', project.name)}-{version}.dist-info"
        files[f"{base}/METADATA"] = f"Metadata-Version: 2.1\nName: {project.name}\nVersion: {version}\n".encode()
        files[f"{base}/entry_points.txt"] = _entry_points(project.entry_points).encode()
    return files


def _needs_metadata(tree: FileTree, project: Project, sources: Sequence[str]) -> bool:
    """Whether the project has a name and looks itself up as an installed distribution."""
    words = (b"pkg_resources", b"importlib.metadata", b"importlib_metadata")
    return bool(project.name) and (
        "pytest11" in project.entry_points
        or any(any(word in data for word in words) for data in map(tree.read, sources))
    )


def _entry_points(groups: Mapping[str, tuple[str, ...]]) -> str:
    parts = [f"[{group}]\n" + "".join(f"{line}\n" for line in lines) for group, lines in groups.items()]
    return "\n".join(parts)


def _protected(tree: FileTree) -> tuple[str, ...]:
    """Where the project's own settings say that tests lie or what they are called."""
    settings = pytest_settings(tree) or {}
    places = [f"{path.strip('/')}/**" for path in settings.get("testpaths", "").split() if path.strip("./")]
    names = [f"**/{pattern}" for pattern in settings.get("python_files", "").split() if pattern not in ("*.py", "*")]
    return (*places, *names)


def _notes(project: Project, manifests: list[str], needed: list[str], django: str) -> list[str]:
    notes = [f"Python, by {', '.join(manifests) or 'its source files'}."]
    if django:
        notes.append(f"Django with the settings {django}, by manage.py; its tests run under pytest-django.")
    if needed:
        notes.append(f"Installs {len(needed)} distributions named by {', '.join(project.sources) or 'its settings'}.")
    return notes
