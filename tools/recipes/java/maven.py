"""The POMs of a tree as one project: modules, parents, properties, and where a version is really written."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.java.xml import Document, Element, NotXml, Splice, splice
from patchwright.tools.toolchains.base import named
from patchwright.tools.tree import FileTree

PLUGIN_GROUP = "org.apache.maven.plugins"
DEEPEST = 20

_PROPERTY = re.compile(r"\$\{([^${}]+)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """An element of a POM."""

    path: str
    document: Document
    element: Element

    @property
    def line(self) -> int:
        """From 1."""
        return self.document.line(self.element)


@dataclass(frozen=True, slots=True)
class Coordinate:
    """A dependency or plugin as one POM declares it; `version` is where its number is written, if in this tree.

    `number` is that version with its properties filled in, "" if it comes from elsewhere.
    """

    group: str
    artifact: str
    declared: Place
    version: Place | None
    number: str

    @property
    def name(self) -> str:
        """`group:artifact`."""
        return f"{self.group}:{self.artifact}"


@dataclass
class Edits:
    """Splices by file, and what was left; becomes the changed files."""

    splices: dict[str, list[Splice]] = field(default_factory=dict[str, list[Splice]])
    leftovers: list[Leftover] = field(default_factory=list[Leftover])

    def add(self, path: str, edit: Splice) -> None:
        """One more edit of a file."""
        self.splices.setdefault(path, []).append(edit)

    def set_text(self, place: Place, text: str) -> None:
        """Replace an element's text, if it is another."""
        if place.element.text != text:
            self.add(place.path, place.document.set_text(place.element, text))

    def leave(self, place: Place, kind: str, reason: str) -> None:
        """Name a place that needs a model or a person."""
        self.leftovers.append(Leftover(place.path, place.line, kind, reason))


class Project:
    """All POMs of a tree that can be read; `unreadable` names the others."""

    def __init__(self, tree: FileTree) -> None:
        self.tree = tree
        self.poms: dict[str, Document] = {}
        self.unreadable: list[Leftover] = []
        for path in named(tree.paths(), "pom.xml"):
            try:
                document = Document(tree.read(path))
            except NotXml as error:
                self.unreadable.append(Leftover(path, 0, "pom", f"not edited: {error}"))
            else:
                if document.root.name == "project":
                    self.poms[path] = document

    @cached_property
    def built(self) -> Mapping[str, Document]:
        """The POMs that a build from the root reads: the root, its modules (also of profiles), and their modules."""
        found: dict[str, Document] = {}
        waiting = ["pom.xml"]
        while waiting:
            path = waiting.pop()
            if path in self.poms and path not in found:
                found[path] = self.poms[path]
                waiting += list(self._modules(path))
        return found

    def _modules(self, path: str) -> Iterator[str]:
        for modules in self.poms[path].root.every("modules"):
            for module in modules.children:
                below = posixpath.normpath(posixpath.join(posixpath.dirname(path), module.text))
                yield below if below.endswith(".xml") else posixpath.join(below, "pom.xml").removeprefix("./")

    def parent(self, path: str) -> str | None:
        """The POM of this tree that a POM inherits from."""
        declared = self.poms[path].root.child("parent")
        if declared is None:
            return None
        relative = declared.child("relativePath")
        given = relative.text if relative else "../pom.xml"
        if not given:
            return None
        found = posixpath.normpath(posixpath.join(posixpath.dirname(path), given))
        found = found if found.endswith(".xml") else posixpath.join(found, "pom.xml")
        same = found in self.poms and self.poms[found].root.value("artifactId") == declared.value("artifactId")
        return found if same and found != path else None

    def line_up(self, path: str) -> list[str]:
        """The POM and those it inherits from, nearest first."""
        found = [path]
        while (above := self.parent(found[-1])) and above not in found and len(found) < DEEPEST:
            found.append(above)
        return found

    def roots(self) -> list[str]:
        """Built POMs that inherit from none of this tree."""
        return [path for path in self.built if self.parent(path) is None]

    def property(self, path: str, name: str) -> Place | None:
        """Where a property is written that this POM sees."""
        for above in self.line_up(path):
            document = self.poms[above]
            for properties in (one for one in document.root.children if one.name == "properties"):
                found = properties.child(name)
                if found is not None:
                    return Place(above, document, found)
        return None

    def written(self, place: Place) -> Place | None:
        """Where the text of an element really stands: itself, or the one property that it is. None if it is mixed."""
        for _ in range(DEEPEST):
            whole = _PROPERTY.fullmatch(place.element.text)
            if whole is None:
                return None if "${" in place.element.text else place
            found = self.property(place.path, whole[1])
            if found is None:
                return None
            place = found
        return None

    def coordinates(self, path: str, kind: str) -> Iterator[Coordinate]:
        """The `kind` ("dependency" or "plugin") elements of a POM, managed and in profiles too."""
        document = self.poms[path]
        for element in document.root.every(kind):
            group = self._filled(path, element.value("groupId")) or (PLUGIN_GROUP if kind == "plugin" else "")
            artifact = self._filled(path, element.value("artifactId"))
            version = element.child("version")
            written = self.written(Place(path, document, version)) if version else None
            number = written.element.text if written else ""
            yield Coordinate(group, artifact, Place(path, document, element), written, number)

    def _filled(self, path: str, text: str) -> str:
        """The text with properties of this tree filled in."""

        def fill(found: re.Match[str]) -> str:
            place = self.property(path, found[1])
            return place.element.text if place else found[0]

        return _PROPERTY.sub(fill, text)

    def declares(self, path: str, kind: str, names: frozenset[str]) -> bool:
        """Whether a POM, or one that it inherits from, names one of these `group:artifact`."""
        return any(one.name in names for above in self.line_up(path) for one in self.coordinates(above, kind))

    def module_of(self, source: str) -> str | None:
        """The built POM in whose folder a file lies: the deepest one."""
        folder: str = posixpath.dirname(source)
        while True:
            path = posixpath.join(folder, "pom.xml")
            if path in self.built:
                return path
            if not folder:
                return None
            folder = posixpath.dirname(folder)

    def changes(self, edits: Edits) -> dict[str, bytes | None]:
        """The files with their edits done."""
        done = {path: splice(self.poms[path].data, edits.splices[path]) for path in edits.splices}
        return {path: data for path, data in done.items() if data != self.poms[path].data}


def configure_plugin(project: Project, edits: Edits, path: str, artifact: str, settings: Mapping[str, str]) -> None:
    """Settings for a plugin in a POM itself, where they win over what any parent says."""
    document, lines = project.poms[path], [f"<{name}>{value}</{name}>" for name, value in settings.items()]
    wrapped = ["<configuration>", *(f"\t{line}" for line in lines), "</configuration>"]
    plugins = document.root.child("build/plugins")
    for plugin in plugins.children if plugins else ():
        if plugin.value("artifactId") == artifact:
            inner = plugin.child("configuration")
            edits.add(path, document.append(inner, lines) if inner else document.append(plugin, wrapped))
            return
    _add_to_plugins(project, edits, path, [f"<artifactId>{artifact}</artifactId>", *wrapped])


def add_plugin(project: Project, edits: Edits, path: str, name: str, version: str) -> None:
    """A plugin (`group:artifact`) with a version in a POM itself, where it wins over what any parent says."""
    group, _, artifact = name.partition(":")
    ids = [f"<groupId>{group}</groupId>", f"<artifactId>{artifact}</artifactId>", f"<version>{version}</version>"]
    _add_to_plugins(project, edits, path, ids)


def _add_to_plugins(project: Project, edits: Edits, path: str, inner: list[str]) -> None:
    """One more plugin in build/plugins, which are made where they are missing."""
    document = project.poms[path]
    whole = ["<plugin>", *(f"\t{line}" for line in inner), "</plugin>"]
    parent = document.root.child("build/plugins")
    for above in ("plugins", "build"):
        if parent is None:
            parent = document.root.child("build") if above == "plugins" else document.root
            whole = [f"<{above}>", *(f"\t{line}" for line in whole), f"</{above}>"]
    edits.add(path, document.append(parent or document.root, whole))


def add_properties(project: Project, edits: Edits, path: str, new: Mapping[str, str]) -> None:
    """New properties at the end of a POM's own, which are made where there are none."""
    document = project.poms[path]
    added = [f"<{name}>{value}</{name}>" for name, value in new.items()]
    properties = document.root.child("properties")
    if properties is not None:
        edits.add(path, document.append(properties, added))
        return
    lines = ["<properties>", *(f"\t{line}" for line in added), "</properties>"]
    heads = ("url", "description", "name", "packaging", "version", "artifactId", "parent", "modelVersion")
    head = next((found for one in heads if (found := document.root.child(one)) is not None), None)
    edits.add(path, document.after(head, lines) if head else document.append(document.root, lines))
