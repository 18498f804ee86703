"""APIs that left the JDK in Java 11 and live on as libraries: the modules that use them depend on those."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from patchwright.tools.recipes.base import Leftover, Rewrite
from patchwright.tools.recipes.java.maven import Edits, Place, Project
from patchwright.tools.recipes.platform import Knobs, TreeRecipe
from patchwright.tools.toolchains.base import with_suffix
from patchwright.tools.tree import FileTree


@dataclass(frozen=True, slots=True)
class Library:
    """A library that a module needs; any of `others` is as good."""

    name: str
    version: str
    scope: str = ""
    others: tuple[str, ...] = ()

    def lines(self, version: str) -> list[str]:
        """As a dependency element, indented by tabs."""
        group, _, artifact = self.name.partition(":")
        scope = [f"\t<scope>{self.scope}</scope>"] if self.scope else []
        ids = [f"\t<groupId>{group}</groupId>", f"\t<artifactId>{artifact}</artifactId>"]
        return ["<dependency>", *ids, f"\t<version>{version}</version>", *scope, "</dependency>"]


ACTIVATION = Library(
    "com.sun.activation:javax.activation",
    "1.2.0",
    others=(
        "javax.activation:activation",
        "javax.activation:javax.activation-api",
        "com.sun.activation:jakarta.activation",
    ),
)
JAXB = Library(
    "javax.xml.bind:jaxb-api", "2.3.1", others=("jakarta.xml.bind:jakarta.xml.bind-api", "com.sun.xml.bind:jaxb-impl")
)
JAXB_RUNTIME = Library(
    "org.glassfish.jaxb:jaxb-runtime",
    "2.3.9",
    "runtime",
    others=(
        "com.sun.xml.bind:jaxb-impl",
        "org.eclipse.persistence:org.eclipse.persistence.moxy",
        "com.sun.xml.ws:jaxws-rt",
    ),
)
ANNOTATION = Library(
    "javax.annotation:javax.annotation-api",
    "1.3.2",
    others=(
        *("javax.annotation:jsr250-api", "jakarta.annotation:jakarta.annotation-api", "javax:javaee-api"),
        *("javax:javaee-web-api", "org.apache.tomcat:annotations-api", "org.apache.tomcat:tomcat-annotations-api"),
    ),
)
JAXWS = Library(
    "com.sun.xml.ws:jaxws-rt", "2.3.7", others=("javax.xml.ws:jaxws-api", "jakarta.xml.ws:jakarta.xml.ws-api")
)
TRANSACTION = Library(
    "javax.transaction:javax.transaction-api",
    "1.3",
    others=("javax.transaction:jta", "org.apache.geronimo.specs:geronimo-jta_1.1_spec", "javax:javaee-api"),
)
CORBA = Library("org.glassfish.corba:glassfish-corba-omgapi", "4.2.5")
NASHORN = Library("org.openjdk.nashorn:nashorn-core", "15.4", "runtime")

COMMON = "PostConstruct|PreDestroy|Resources?|Generated|ManagedBean|Priority"
"""Of javax.annotation; the rest of that package is JSR 305 and never was the JDK's."""

USES: Mapping[str, tuple[Library, ...]] = {
    r"javax\.xml\.bind\b": (JAXB, JAXB_RUNTIME),
    r"javax\.activation\b": (ACTIVATION,),
    rf"javax\.annotation\.(?:{COMMON}|security\.\w+|sql\.\w+)\b": (ANNOTATION,),
    r"javax\.(?:xml\.ws|jws|xml\.soap)\b": (JAXWS,),
    r"javax\.transaction\.(?!xa\b)": (TRANSACTION,),
    r"org\.omg\.": (CORBA,),
}
"""By what is named in an import or written out in the code."""

_IMPORT = rb"(?m)^[ \t]*import[ \t]+(?:static[ \t]+)?"
_WRITTEN = rb"|(?<![\w.\"/])"
_NASHORN = re.compile(rb"getEngineByName\s*\(\s*\"(?i:nashorn|javascript|js|ecmascript)\"\s*\)|jdk\.nashorn\.")


def rewrite(tree: FileTree, knobs: Knobs) -> Rewrite:
    """The dependencies that each module of the build lacks."""
    project, edits = Project(tree), Edits()
    needed: dict[str, dict[Library, str]] = {}
    for source, library in _uses(tree, knobs):
        module = project.module_of(source)
        if module is None:
            reason = f"it needs {library.name}:{library.version}, but no POM of the build covers it"
            edits.leftovers.append(Leftover(source, 0, "removed-module", reason))
        else:
            needed.setdefault(module, {}).setdefault(library, source)
    for module, libraries in needed.items():
        missing = [
            one for one in libraries if not project.declares(module, "dependency", frozenset({one.name, *one.others}))
        ]
        _add(project, edits, module, missing, knobs)
    return Rewrite(project.changes(edits), tuple(dict.fromkeys(edits.leftovers)))


def _uses(tree: FileTree, knobs: Knobs) -> Iterator[tuple[str, Library]]:
    found = {re.compile(_IMPORT + use.encode() + _WRITTEN + use.encode()): needs for use, needs in USES.items()}
    hint = re.compile(rb"javax\.|org\.omg\.|nashorn|getEngineByName")
    for path in with_suffix(tree.paths(), ".java"):
        data = tree.read(path)
        if not hint.search(data):
            continue
        code = without_comments(data)
        for pattern, libraries in found.items():
            if pattern.search(code):
                yield from ((path, library) for library in libraries)
        if knobs.target >= 15 and _NASHORN.search(code):
            yield path, NASHORN


def without_comments(data: bytes) -> bytes:
    """A source without its comments, each line where it was. What looks like one within a text is taken for one."""
    return re.sub(rb"/\*.*?\*/|//[^\n]*", lambda found: b"\n" * found[0].count(b"\n"), data, flags=re.DOTALL)


def _add(project: Project, edits: Edits, module: str, missing: list[Library], knobs: Knobs) -> None:
    document = project.poms[module]
    allowed = [library for library in missing if library.name not in knobs.forbid]
    for library in set(missing) - set(allowed):
        root = Place(module, document, document.root)
        edits.leave(root, "removed-module", f"it needs {library.name}, which the transformation forbids")
    lines = [line for one in allowed for line in one.lines(knobs.pin.get(one.name, one.version))]
    if not lines:
        return
    dependencies = document.root.child("dependencies")
    if dependencies is not None:
        edits.add(module, document.append(dependencies, lines))
        return
    whole = ["<dependencies>", *(f"\t{line}" for line in lines), "</dependencies>"]
    before = next(
        (found for name in ("properties", "version", "artifactId") if (found := document.root.child(name))), None
    )
    edits.add(module, document.after(before, whole) if before else document.append(document.root, whole))


RECIPE = TreeRecipe(
    name="java.removed-modules",
    title="Depend on the libraries that have replaced what left the JDK in Java 11 and 15",
    rewrite=rewrite,
    risk="The libraries are not the JDK's own copies: their versions, and what they find at run time, may differ.",
)
