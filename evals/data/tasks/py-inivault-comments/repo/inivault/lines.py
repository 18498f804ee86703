"""One line of an INI file, taken apart."""

import re
from dataclasses import dataclass, replace

COMMENT = re.compile(r"\s*[#;].*$")
SECTION = re.compile(r"^\s*\[([^\]]+)\]\s*$")


@dataclass(frozen=True)
class Line:
    """A line. `kind` is "section", "pair", "blank" or "comment"; the rest depends on it."""

    kind: str
    raw: str
    name: str = ""
    value: str = ""

    def with_value(self, value):
        """The pair with another value."""
        return replace(self, value=value)

    def text(self):
        """The line as it is written to the file."""
        if self.kind == "section":
            return f"[{self.name}]"
        if self.kind == "pair":
            return f"{self.name} = {self.value}"
        return self.raw


def parse_line(raw):
    """The line, or None if it is none of an INI file."""
    stripped = raw.strip()
    if not stripped:
        return Line("blank", raw)
    if stripped[0] in "#;":
        return Line("comment", raw)
    section = SECTION.match(raw)
    if section:
        return Line("section", raw, name=section.group(1).strip())
    name, equals, rest = raw.partition("=")
    if not equals or not name.strip():
        return None
    return Line("pair", raw, name=name.strip(), value=COMMENT.sub("", rest).strip())


def unquoted(value):
    """What a value means: without its quotes, if it has some."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value
