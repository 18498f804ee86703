"""Java: Maven and Gradle with their XML reports, and plain javac with the image's JUnit."""

import re
from collections.abc import Sequence

from patchwright.tools.checks import Check
from patchwright.tools.toolchains.base import DEPS, REPORTS, Family, Found, folder, named, text_of, with_suffix
from patchwright.tools.tree import FileTree

REPOSITORY = f"{DEPS}/m2"
GRADLE = f"{DEPS}/gradle"
CLASSES = "/tmp/classes"
MAVEN = ("mvn", "-B", "-o", "-Dstyle.color=never", f"-Dmaven.repo.local={REPOSITORY}")

# One real run over stub tests fetches what go-offline forgets, such as surefire's provider.
FETCH = f"""\
mvn -B -q -fae -Dmaven.repo.local={REPOSITORY} -Dmaven.test.failure.ignore=true test
mvn -B -q -Dmaven.repo.local={REPOSITORY} dependency:go-offline || true
test -d {REPOSITORY}
"""
FETCH_GRADLE = f"GRADLE_USER_HOME={GRADLE} sh ./gradlew --no-daemon -q testClasses; test -d {GRADLE}/wrapper"
RUN_GRADLE = f'exec {GRADLE}/wrapper/dists/*/*/*/bin/gradle --offline --no-daemon "$@"'

STUBS = {
    "org.junit.jupiter": "import org.junit.jupiter.api.Test;\nclass PatchwrightStubTest { @Test void runs() {} }\n",
    "junit": "import org.junit.Test;\npublic class PatchwrightStubTest { @Test public void runs() {} }\n",
    "org.testng": "import org.testng.annotations.*;\npublic class PatchwrightStubTest { @Test public void t() {} }\n",
}

COMPILE = f"""\
rm -rf {CLASSES}; mkdir -p {CLASSES}
find . -name '*.java' -print0 | sort -z | xargs -0 javac -nowarn -d {CLASSES} -cp "$CLASSPATH" """
JUNIT = "org.junit.platform.console.ConsoleLauncher"
RUN_JUNIT = f"{COMPILE} && exec java {JUNIT} --scan-classpath {CLASSES} --reports-dir {REPORTS}/junit --details none"

_VERSION = re.compile(
    r"<(?:maven\.compiler\.(?:release|source|target)|java\.version|jdk\.version|release|source|target)>\s*(?:1\.)?(\d+)\s*<|"
    r"(?:sourceCompatibility|targetCompatibility|languageVersion|JavaVersion\.VERSION_|JavaLanguageVersion\.of)\D{0,30}?(?:1[._])?(\d+)"
)


def detect_java(tree: FileTree) -> Found | None:
    """Checks, dependencies and settings of a Java tree; None if it holds no Java."""
    paths = tree.paths()
    sources = with_suffix(paths, ".java", ".kt", ".groovy")
    if not sources:
        return None
    if "pom.xml" in paths:
        return _maven(tree, paths, len(sources))
    if any(name in paths for name in ("build.gradle", "build.gradle.kts")):
        return _gradle(tree, paths, len(sources))
    return _plain(paths, len(sources))


def _family(texts: Sequence[str]) -> Family:
    """The newest Java version that is named decides; without one, 17."""
    versions = [int(one or other) for text in texts for one, other in _VERSION.findall(text)]
    return "java-21" if max(versions, default=17) > 17 else "java-17"


def _maven(tree: FileTree, paths: Sequence[str], sources: int) -> Found:
    poms = named(paths, "pom.xml")
    texts = [text_of(tree, path) for path in poms]
    reports = ("**/target/surefire-reports/TEST-*.xml",)
    test = (*MAVEN, "-Dmaven.test.failure.ignore=true", "test")
    some = (*test, "-Dtest={classes}", "-DfailIfNoTests=false", "-Dsurefire.failIfNoSpecifiedTests=false")
    checks = [Check(name="maven compile", kind="build", command=(*MAVEN, "-q", "test-compile"), report="javac")]
    if any("src/test/" in path for path in paths):
        checks.append(
            Check(name="maven test", kind="tests", command=test, report="junit", reports=reports, narrow=some)
        )
    files = {path: tree.read(path) for path in poms} | stubs(tree, poms)
    notes = (f"Java, by pom.xml ({len(poms)} of them).",)
    return Found(_family(texts), sources + 1000, tuple(checks), files, (("sh", "-c", FETCH),), {}, notes=notes)


def stubs(tree: FileTree, poms: Sequence[str]) -> dict[str, bytes]:
    """A test of one line for each module, by path: it stands for the project's own while dependencies are fetched."""
    texts = [text_of(tree, path) for path in poms]
    return {
        path: body
        for pom, text in zip(poms, texts, strict=True)
        for path, body in _stub(folder(pom), text + texts[0]).items()
    }


def _stub(where: str, pom: str) -> dict[str, bytes]:
    body = next((body for name, body in STUBS.items() if f"<groupId>{name}" in pom), "")
    path = "/".join(part for part in (where, "src/test/java/PatchwrightStubTest.java") if part)
    return {path: body.encode()} if body and "<packaging>pom</packaging>" not in pom else {}


def _gradle(tree: FileTree, paths: Sequence[str], sources: int) -> Found:
    builds = [
        path
        for path in paths
        if re.search(r"(?:^|/)(?:(?:build|settings)\.gradle(?:\.kts)?|gradle\.properties)$", path)
    ]
    wrapper = [path for path in paths if path == "gradlew" or path.startswith("gradle/")]
    env = {"GRADLE_USER_HOME": "/tmp/gradle", "GRADLE_RO_DEP_CACHE": f"{GRADLE}/caches"}
    command = ("sh", "-c", RUN_GRADLE, "gradle")
    reports = ("**/build/test-results/test/TEST-*.xml",)
    checks = (
        Check(name="gradle compile", kind="build", command=(*command, "-q", "testClasses"), report="javac", env=env),
        Check(
            name="gradle test",
            kind="tests",
            command=(*command, "--continue", "test"),
            report="junit",
            reports=reports,
            env=env,
        ),
    )
    notes = ["Java, by build.gradle; Gradle comes from the wrapper that the repository names."]
    if "gradlew" not in paths:
        return Found(
            _family([]), sources + 1000, (), notes=("Java, by build.gradle, but without gradlew: no Gradle to run.",)
        )
    files = {path: tree.read(path) for path in (*builds, *wrapper)}
    family = _family([text_of(tree, path) for path in builds])
    return Found(family, sources + 1000, checks, files, (("sh", "-c", FETCH_GRADLE),), env, notes=tuple(notes))


def _plain(paths: Sequence[str], sources: int) -> Found:
    folders = sorted({folder(path) for path in paths if path.endswith(".jar")})
    places = [CLASSES, *(f"{place}/*" if place else "*" for place in folders), "/usr/share/java/*"]
    env = {"CLASSPATH": ":".join(places)}
    checks = [Check(name="javac", kind="build", command=("sh", "-c", COMPILE), report="javac", env=env)]
    if any(re.search(r"(?:^|/)(?:Test[^/]*|[^/]*Tests?)\.java$", path) for path in paths):
        reports = (f"{REPORTS}/junit/*.xml",)
        checks.append(
            Check(name="junit", kind="tests", command=("sh", "-c", RUN_JUNIT), report="junit", reports=reports, env=env)
        )
    return Found(
        "java-17", sources, tuple(checks), env=env, notes=("Java without a build tool: javac, and the image's JUnit.",)
    )
