"""How a Maven project is judged while it is transformed: `mvn clean verify`, offline, with what any stage asks for."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from patchwright.sandbox.base import Sandbox
from patchwright.tools.checks import Check
from patchwright.tools.recipes.java.maven import Project
from patchwright.tools.recipes.java.raising import declared
from patchwright.tools.toolchain import Toolchain
from patchwright.tools.toolchains.base import DEPS, named
from patchwright.tools.toolchains.java import MAVEN, stubs
from patchwright.tools.tree import FileTree

if TYPE_CHECKING:
    from patchwright.tools.transformations.languages import Family

REPORTS = ("**/target/surefire-reports/TEST-*.xml", "**/target/failsafe-reports/TEST-*.xml")
SETTLED = ("src/main/java/", "src/test/java/", "src/it/")
"""Sources that no build plugin reads while dependencies are fetched."""

FAILING = f"{DEPS}/failing"
"""Where the dependency step names the plugins that failed."""

MANY = 100
SECONDS = 30.0
LARGEST = 1 << 20
TOTAL = 32 << 20

_PLUGIN = re.compile(r"[\w.-]+:[\w.-]+:[\w.-]+")

# A run over stub sources fetches what go-offline forgets, such as surefire's provider. Where it fails for a stage as
# well, the new JDK is not the reason, and go-offline has to do; where only the base fails, nothing builds there anyway.
FETCH = f"""\
repo={DEPS}/m2 failed=
for tree in base stages/*; do
  cd /workspace/$tree || continue
  mvn -B -q -fae -Dmaven.repo.local=$repo -Dmaven.test.failure.ignore=true clean verify > /tmp/log 2>&1 && continue
  failed="$failed $tree"
  cat /tmp/log
  [ $tree = base ] || sed -n 's/.*Failed to execute goal \\([^: ]*:[^: ]*:[^: ]*\\):.*/\\1/p' /tmp/log >> {FAILING}
done
[ "$failed" = " base" ] || for tree in $failed; do
  (cd /workspace/$tree && mvn -B -q -Dmaven.repo.local=$repo dependency:go-offline) || true
done
test -d $repo
"""


def failing_plugins(sandbox: Sandbox) -> frozenset[str]:
    """The build plugins that failed for a stage while dependencies were fetched, as "group:artifact:version"."""
    done = sandbox.run(["cat", FAILING], timeout=SECONDS)
    names = done.text.split() if done.ok else []
    return frozenset(name for name in names[:MANY] if _PLUGIN.fullmatch(name))


def versions(tree: FileTree) -> Mapping[str, frozenset[str]]:
    """The versions of plugins, dependencies and parents that a project's POMs declare, by "group:artifact"."""
    found: dict[str, frozenset[str]] = {}
    for one in declared(Project(tree), ("plugin", "dependency", "parent")):
        if one.number:
            found[one.name] = found.get(one.name, frozenset()) | {one.number}
    return found


def judged(found: Toolchain, family: "Family", base: FileTree, stages: Mapping[str, FileTree]) -> Toolchain:
    """The toolchain of a run that transforms: the target's image, and dependencies of the base and of every stage."""
    if "pom.xml" not in base.paths():
        return found  # the definition's entry checks say so
    trees = {"base": base, **{f"stages/{name}": one for name, one in stages.items()}}
    files: dict[str, bytes] = {}
    fetched: list[Mapping[str, bytes]] = []
    for name, one in trees.items():
        asked = _for_fetching(one)
        if asked not in fetched:  # a stage that changes sources only asks for nothing else
            fetched.append(asked)
            files |= {f"{name}/{path}": data for path, data in asked.items()}
    return found.model_copy(
        update={
            "families": tuple(dict.fromkeys((family, *found.families))),
            "checks": (_compile(), _verify()),
            "files": files,
            "commands": (("sh", "-c", FETCH),),
            "notes": tuple(dict.fromkeys((*found.notes, f"Judged on {family} by mvn clean verify."))),
        }
    )


def _compile() -> Check:
    command = (*MAVEN, "-q", "-DskipTests", "clean", "package")  # a module may need the package of another
    return Check(name="maven package", kind="build", command=command, report="javac")


def _verify() -> Check:
    command = (*MAVEN, "-Dmaven.test.failure.ignore=true", "clean", "verify")
    some = (*command, "-Dtest={classes}", "-DfailIfNoTests=false", "-Dsurefire.failIfNoSpecifiedTests=false")
    return Check(
        name="maven verify", kind="tests", command=command, report="junit", reports=REPORTS, narrow=some, timeout=1800.0
    )


def _for_fetching(tree: FileTree) -> Mapping[str, bytes]:
    """POMs with stub sources, and the small files that plugins may read: never the project's own Java."""
    poms = named(tree.paths(), "pom.xml")
    files = {path: tree.read(path) for path in poms} | stubs(tree, poms)
    left = TOTAL
    for path in tree.paths():
        read = (
            path.isprintable() and not path.endswith(".java") and not any(f"/{part}" in f"/{path}" for part in SETTLED)
        )
        if path not in files and read:
            data = tree.read(path)
            left -= len(data)
            if len(data) <= LARGEST and left > 0:
                files[path] = data
    return files
