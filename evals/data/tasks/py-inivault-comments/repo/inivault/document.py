"""A whole file."""

from inivault.lines import Line, parse_line, unquoted


class ParseError(ValueError):
    """A line that is none of an INI file; says which."""

    def __init__(self, number, raw):
        super().__init__(f"line {number}: neither section, pair nor comment: {raw!r}")
        self.number = number


class Document:
    """The lines of a file, in order."""

    def __init__(self, lines=()):
        self.lines = list(lines)

    @classmethod
    def parse(cls, text):
        """Read a text. Raises `ParseError`."""
        lines = []
        for number, raw in enumerate(text.splitlines(), 1):
            line = parse_line(raw)
            if line is None:
                raise ParseError(number, raw)
            lines.append(line)
        return cls(lines)

    def sections(self):
        """The names of the sections in order, each once."""
        return list(dict.fromkeys(line.name for line in self.lines if line.kind == "section"))

    def get(self, section, key, default=None):
        """The value of a key; the last one counts."""
        place = self._find(section, key)
        return default if place is None else unquoted(self.lines[place].value)

    def set(self, section, key, value):
        """Change a value, or add the key to the end of its section, or the section to the end of the file."""
        place = self._find(section, key)
        if place is not None:
            self.lines[place] = self.lines[place].with_value(value)
            return
        pair = Line("pair", "", name=key, value=value)
        end = self._end_of(section)
        if end is None:
            if self.lines and self.lines[-1].kind != "blank":
                self.lines.append(Line("blank", ""))
            self.lines += [Line("section", "", name=section), pair]
        else:
            self.lines.insert(end, pair)

    def text(self):
        """The file's text."""
        return "".join(line.text() + "\n" for line in self.lines)

    def _find(self, section, key):
        current, found = "", None
        for place, line in enumerate(self.lines):
            if line.kind == "section":
                current = line.name
            elif line.kind == "pair" and (current, line.name) == (section, key):
                found = place
        return found

    def _end_of(self, section):
        current, end = "", None
        for place, line in enumerate(self.lines):
            if line.kind == "section":
                current = line.name
            if current == section and line.kind in ("section", "pair"):
                end = place + 1
        return end
