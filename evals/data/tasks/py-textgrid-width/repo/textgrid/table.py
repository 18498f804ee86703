"""Rows and columns to text."""

from dataclasses import dataclass

from textgrid.wrap import clip, wrap

ALIGNMENTS = ("left", "right", "center")


@dataclass(frozen=True)
class Column:
    """A heading, and how the cells below it are shown. `limit` is the most columns a cell may take; 0: any."""

    title: str
    align: str = "left"
    limit: int = 0
    wrap: bool = False

    def __post_init__(self):
        if self.align not in ALIGNMENTS:
            raise ValueError(f"align has to be one of {', '.join(ALIGNMENTS)}, not {self.align!r}")
        if self.limit < 0:
            raise ValueError("limit has to be 0 or more")

    def lines(self, value):
        """The lines of a cell."""
        text = "" if value is None else str(value)
        lines = text.split("\n")
        if not self.limit:
            return lines
        if self.wrap:
            return [part for line in lines for part in wrap(line, self.limit)]
        return [clip(line, self.limit) for line in lines]


def pad(text, width, align="left"):
    """The text with blanks to fill `width` columns."""
    missing = width - len(text)
    if missing <= 0:
        return text
    if align == "right":
        return " " * missing + text
    if align == "center":
        before = missing // 2
        return " " * before + text + " " * (missing - before)
    return text + " " * missing


def render(rows, columns):
    """The table as text, without a newline at its end. Short rows are filled with empty cells."""
    cells = [[column.lines(value) for column, value in zip(columns, _filled(row, len(columns)))] for row in rows]
    heads = [column.title for column in columns]
    widths = [
        max([len(head)] + [len(line) for row in cells for line in row[place]])
        for place, head in enumerate(heads)
    ]
    rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    out = [rule, _line(heads, widths, ["left"] * len(heads)), rule]
    for row in cells:
        out.extend(_row(row, widths, [column.align for column in columns]))
    out.append(rule)
    return "\n".join(out)


def _filled(row, count):
    row = list(row)
    if len(row) > count:
        raise ValueError(f"a row has {len(row)} cells, but there are {count} columns")
    return row + [""] * (count - len(row))


def _row(row, widths, aligns):
    height = max(len(lines) for lines in row)
    for number in range(height):
        yield _line([lines[number] if number < len(lines) else "" for lines in row], widths, aligns)


def _line(texts, widths, aligns):
    return "| " + " | ".join(pad(*args) for args in zip(texts, widths, aligns)) + " |"
