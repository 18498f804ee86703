"""JavaScript and TypeScript: the runner that package.json names, with a report of single tests."""

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

from patchwright.sandbox.base import WORKSPACE
from patchwright.tools.checks import Check, ReportFormat
from patchwright.tools.toolchains.base import DEPS, REPORTS, Found, folder, named, table, text_of, with_suffix
from patchwright.tools.toolchains.node_reporter import data_url
from patchwright.tools.tree import FileTree

MODULES = f"{DEPS}/node_modules"
LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock")
ESLINT = re.compile(r"^(?:\.eslintrc(?:\.[a-z]+)?|eslint\.config\.[a-z]+)$")

# Node looks for packages in the folders above a file, and ES modules look nowhere else.
# Without packages there is nothing to link to, and `node --test` ends at a link that leads nowhere.
LINK_PACKAGES = f"[ -e node_modules ] || [ ! -d {MODULES} ] || ln -s {MODULES} node_modules; "
LINK = LINK_PACKAGES + 'exec "$@"'

# Install scripts of the packages run (some build what they need), those of the repository do not.
INSTALL = f"""\
mkdir -p {DEPS}/npm && cp -r . {DEPS}/npm/ && cd {DEPS}/npm || exit 1
export npm_config_cache=/tmp/npm npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
if [ -f package-lock.json ] || [ -f npm-shrinkwrap.json ]; then
  npm ci --ignore-scripts || npm install --ignore-scripts --no-save || exit 1
else
  npm install --ignore-scripts --no-save || exit 1
fi
npm rebuild || echo 'patchwright: some install scripts failed'
mkdir -p node_modules && mv node_modules {MODULES} && rm -rf {DEPS}/npm
"""

RUNNERS: Mapping[str, tuple[ReportFormat, str, tuple[str, ...], tuple[str, ...]]] = {
    "jest": ("jest", "jest.json", ("--ci", "--json", f"--outputFile={REPORTS}/jest.json"), ("--runTestsByPath",)),
    "vitest": ("jest", "vitest.json", ("--reporter=json", f"--outputFile={REPORTS}/vitest.json"), ()),
    "mocha": ("junit", "mocha.xml", ("--reporter", "xunit", "--reporter-option", f"output={REPORTS}/mocha.xml"), ()),
}
"""For each runner: its format, its report, the options that make it, and those before test files."""


def detect_node(tree: FileTree) -> Found | None:
    """Checks, dependencies and settings of a package; None if there is no package.json at the root."""
    paths = tree.paths()
    if "package.json" not in paths:
        return None
    package = _package(tree, "package.json")
    sources = with_suffix(paths, ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx")
    env = {
        "PATH": f"{MODULES}/.bin:/usr/local/bin:/usr/bin:/bin",
        "NODE_PATH": MODULES,
        "CI": "1",
        "NO_COLOR": "1",
        "npm_config_offline": "true",
        "npm_config_cache": "/tmp/npm",
        "npm_config_update_notifier": "false",
    }
    needs = {**table(package, "devDependencies"), **table(package, "dependencies")}
    checks = (*_static(tree, needs, env), *_tests(package, needs, env))
    manifests = named(paths, "package.json", *LOCKS)
    links = _workspaces(tree, manifests)
    commands = (("sh", "-c", INSTALL), *links) if needs or links else ()
    files = {path: tree.read(path) for path in manifests} if commands else {}
    notes = ("JavaScript or TypeScript, by package.json.", *_remarks(tree, checks))
    return Found("node", len(sources) + 1000, checks, files, commands, env, notes=notes)


def _package(tree: FileTree, path: str) -> dict[str, Any]:
    try:
        return table(json.loads(text_of(tree, path) or "{}"))
    except (ValueError, RecursionError):
        return {}


def _linked(*command: str) -> tuple[str, ...]:
    return ("sh", "-c", LINK, "sh", *command)


def _static(tree: FileTree, needs: Mapping[str, Any], env: dict[str, str]) -> list[Check]:
    checks: list[Check] = []
    if "tsconfig.json" in tree.paths() and "typescript" in needs:
        command = _linked("tsc", "--noEmit", "--pretty", "false")
        checks.append(Check(name="tsc", kind="types", command=command, report="tsc", env=env))
    configured = any(ESLINT.match(path) for path in tree.paths()) or "eslintConfig" in _package(tree, "package.json")
    if configured and "eslint" in needs:
        report = f"{REPORTS}/eslint.json"
        command = _linked("eslint", ".", "--format", "json", "--output-file", report)
        checks.append(Check(name="eslint", kind="lint", command=command, report="eslint", reports=(report,), env=env))
    return checks


def _tests(package: Mapping[str, Any], needs: Mapping[str, Any], env: dict[str, str]) -> list[Check]:
    script = str(table(package, "scripts").get("test", ""))
    runner = next((name for name in RUNNERS if re.search(rf"\b{name}\b", script)), "")
    runner = runner or next((name for name in RUNNERS if not script and name in needs), "")
    if runner:
        return [_run_by(runner, _words(script, runner), {**env, **_assignments(script)})]
    if re.search(r"\bnode\b.*--test\b", script) or not script:
        return [_node_test(_after_test(script), env)]
    if "no test specified" in script:
        return []
    return [
        Check(name="npm test", kind="tests", command=_linked("npm", "test", "--silent"), report="exit-code", env=env)
    ]


def _run_by(runner: str, words: list[str], env: dict[str, str]) -> Check:
    form, name, options, before_files = RUNNERS[runner]
    command = _linked(*words, *options)
    start = (runner, "run") if runner == "vitest" else (runner,)
    some = _linked(*start, *[word for word in words[1:] if word.startswith("-")], *options, *before_files, "{tests}")
    return Check(
        name=runner, kind="tests", command=command, report=form, reports=(f"{REPORTS}/{name}",), narrow=some, env=env
    )


def _words(script: str, runner: str) -> list[str]:
    """The runner's own words in a test script of one plain command, without coverage and watching; else it alone."""
    base = [runner, "run"] if runner == "vitest" else [runner]
    found = re.search(rf"(?:^|[\s/]){runner}((?:\s+[^&|;<>$`]+)?)$", script.strip())
    if not found:
        return base
    try:
        words = shlex.split(found[1])
    except ValueError:
        return base
    unwanted = re.compile(r"^--?(?:coverage|watch|watchAll|w|reporter|R|verbose|silent|bail|b|ci|json)(?:[.=].*)?$")
    kept = [word for word in words if not unwanted.match(word) and word not in ("run", "watch", "dev")]
    return [*base, *kept]


def _assignments(script: str) -> dict[str, str]:
    """`NODE_ENV=test jest`, also after cross-env."""
    found = re.match(r"^(?:cross-env\s+)?((?:[A-Z_][A-Z0-9_]*=[\w./,-]+\s+)+)", script)
    return dict(pair.split("=", 1) for pair in found[1].split()) if found else {}


def _after_test(script: str) -> list[str]:
    found = re.search(r"--test((?:\s+[^\s&|;<>$`-][^\s&|;<>$`]*)*)\s*$", script)
    try:
        return shlex.split(found[1]) if found else []
    except ValueError:
        return []


def _node_test(words: list[str], env: dict[str, str]) -> Check:
    report = f"{REPORTS}/node.json"
    run = f'{LINK_PACKAGES}exec node --test --test-reporter="$REPORTER" --test-reporter-destination={report} "$@"'
    command = ("sh", "-c", run, "sh")
    return Check(
        name="node --test",
        kind="tests",
        command=(*command, *words),
        report="jest",
        reports=(report,),
        narrow=(*command, "{tests}"),
        env={**env, "REPORTER": data_url()},
    )


def _workspaces(tree: FileTree, manifests: list[str]) -> tuple[tuple[str, ...], ...]:
    """Members of a workspace are found where the tree lies, not where they were installed from."""
    members = {str(_package(tree, path).get("name", "")): folder(path) for path in manifests if folder(path)}
    named_ones = {name: where for name, where in members.items() if re.fullmatch(r"(?:@[\w.-]+/)?[\w.-]+", name)}
    if "workspaces" not in _package(tree, "package.json"):
        return ()
    return tuple(
        (
            "sh",
            "-c",
            f'mkdir -p "{MODULES}/$(dirname "$1")" && rm -rf "{MODULES}/$1" && ln -s "$2" "{MODULES}/$1"',
            "sh",
            name,
            f"{WORKSPACE}/{where}",
        )
        for name, where in named_ones.items()
    )


def _remarks(tree: FileTree, checks: tuple[Check, ...]) -> list[str]:
    remarks: list[str] = []
    if "pnpm-lock.yaml" in tree.paths():
        remarks.append("pnpm-lock.yaml is not read: npm chooses the versions.")
    if any(check.kind == "tests" and check.report == "exit-code" for check in checks):
        remarks.append("The test script names no runner with a report: its tests are judged by the exit status alone.")
    return remarks
