"""XML with the position of every tag, so that an edit touches nothing but its own bytes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

LARGEST = 4 << 20
DEEPEST = 200


class NotXml(ValueError):
    """The bytes are not XML that we edit: malformed, with a document type, too large or too deep."""


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace the bytes from `start` to `end` (offsets into the file)."""

    start: int
    end: int
    data: bytes


@dataclass(slots=True)
class Element:
    """One element: `start` to `end` with its tags, `inner_start` to `inner_end` without. Offsets in bytes.

    An empty-element tag has `inner_start == inner_end == end`.
    """

    name: str
    start: int
    inner_start: int
    parent: "Element | None"
    inner_end: int = 0
    end: int = 0
    text: str = ""
    """Its own characters without those of its children, stripped."""
    children: list["Element"] = field(default_factory=list["Element"])

    def child(self, path: str) -> "Element | None":
        """The first element below by names joined with "/", such as "build/plugins"."""
        found: Element | None = self
        for name in path.split("/"):
            found = next((one for one in found.children if one.name == name), None) if found else None
        return found

    def value(self, path: str) -> str:
        """The text of the element at this path; "" if it is not there."""
        found = self.child(path)
        return found.text if found else ""

    def every(self, name: str) -> "Iterator[Element]":
        """All elements of that name below this one, in the order of the file."""
        for one in self.children:
            if one.name == name:
                yield one
            yield from one.every(name)


class Document:
    """A parsed file. Raises `NotXml`."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.root = _parse(data)
        self.newline = b"\r\n" if b"\r\n" in data else b"\n"

    def set_text(self, element: Element, text: str) -> Splice:
        """The element's text replaced; blanks around it and comments beside it stay."""
        if element.inner_start == element.end:
            tag = f"<{element.name}>{_escaped(text)}</{element.name}>"
            return Splice(element.start, element.end, tag.encode())
        inner = self.data[element.inner_start : element.inner_end]
        hidden = re.sub(rb"<!--.*?-->", lambda comment: b" " * len(comment[0]), inner, flags=re.DOTALL)
        start = element.inner_start + len(hidden) - len(hidden.lstrip())
        end = element.inner_start + len(hidden.rstrip())
        return Splice(min(start, end), end, _escaped(text).encode())

    def append(self, parent: Element, lines: Iterable[str]) -> Splice:
        """New last lines inside an element, indented like its children; `lines` are indented by tabs."""
        outer = self.indent(parent)
        last = parent.children[-1] if parent.children else None
        inner = self.indent(last) if last else outer + self.unit()
        text = b"".join(self.newline + inner + self._line(line) for line in lines)
        if parent.inner_start == parent.end:  # <dependencies/>
            opened = f"<{parent.name}>".encode() + text + self.newline + outer + f"</{parent.name}>".encode()
            return Splice(parent.start, parent.end, opened)
        at = self._after_comment(last.end if last else parent.inner_start, parent)
        if b"\n" in self.data[at : parent.inner_end]:
            return Splice(at, at, text)
        return Splice(at, parent.inner_end, text + self.newline + outer)

    def after(self, element: Element, lines: Iterable[str]) -> Splice:
        """New lines behind an element, indented like it."""
        inner = self.indent(element)
        return Splice(element.end, element.end, b"".join(self.newline + inner + self._line(line) for line in lines))

    def indent(self, element: Element) -> bytes:
        """The blanks before the element's tag on its line."""
        line = self.data[self.data.rfind(b"\n", 0, element.start) + 1 : element.start]
        return line if not line.strip() else line[: len(line) - len(line.lstrip())]

    def unit(self) -> bytes:
        """One step of indentation in this file."""
        first = self.root.children[0] if self.root.children else None
        return (self.indent(first) if first else b"") or b"  "

    def line(self, element: Element) -> int:
        """The line of the element's tag, from 1."""
        return self.data.count(b"\n", 0, element.start) + 1

    def _line(self, line: str) -> bytes:
        depth = len(line) - len(line.lstrip("\t"))
        return self.unit() * depth + line.lstrip("\t").encode()

    def _after_comment(self, at: int, parent: Element) -> int:
        """Behind comments that end the element: what is appended comes last."""
        comments = list(re.finditer(rb"<!--.*?-->", self.data[at : parent.inner_end], re.DOTALL))
        return at + comments[-1].end() if comments else at


def splice(data: bytes, splices: Iterable[Splice]) -> bytes:
    """The bytes with all splices done; of two that overlap the first one counts."""
    done: list[bytes] = []
    at = 0
    for one in sorted(set(splices), key=lambda one: (one.start, one.end)):
        if one.start >= at:
            done += [data[at : one.start], one.data]
            at = one.end
    return b"".join([*done, data[at:]])


def _parse(data: bytes) -> Element:
    if len(data) > LARGEST:
        raise NotXml(f"larger than {LARGEST >> 20} MB")
    builder = _Builder(data)
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NotXml(str(error)) from error
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise NotXml(str(error)) from error
    if builder.root is None:
        raise NotXml("no element found")
    return builder.root


class _Builder:
    """What expat tells, as elements. A document type is refused: entities would stand for other text."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.root: Element | None = None
        self.open: Element | None = None
        self.depth = 0
        self.texts: list[list[str]] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, *_: object) -> None:
        raise NotXml("it has a document type")

    def start(self, name: str, _: object) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotXml(f"deeper than {DEEPEST} elements")
        at = self.parser.CurrentByteIndex
        element = Element(name, at, _tag_end(self.data, at), self.open)
        if self.open is None:
            self.root = element
        else:
            self.open.children.append(element)
        self.open = element
        self.texts.append([])

    def characters(self, text: str) -> None:
        self.texts[-1].append(text)

    def end(self, _: str) -> None:
        element = self.open
        if element is None:
            return
        self.depth -= 1
        element.text = "".join(self.texts.pop()).strip()
        if self.data[element.inner_start - 2 : element.inner_start] == b"/>":
            element.inner_end = element.end = element.inner_start
        else:
            element.inner_end = self.parser.CurrentByteIndex
            element.end = _tag_end(self.data, element.inner_end)
        self.open = element.parent


def _tag_end(data: bytes, start: int) -> int:
    """The offset behind the ">" of the tag that begins at `start`; one in a quoted value does not count."""
    found = _TAG.match(data, start)
    if found is None:  # UTF-16 and the like: offsets count other bytes than these
        raise NotXml("its encoding is not one that keeps ASCII")
    return found.end()


_TAG = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
