"""A text file as a model sees it (LF only) over the bytes it really has (FS-05)."""

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Other codecs of Python are not plain character sets (idna, unicode_escape) or slow on hostile input.
_CHARSET = re.compile(
    r"utf-?8(-?sig)?|(us-?)?ascii|latin-?[0-9]+|l1|iso-?8859-?[0-9]*|cp-?[0-9]+|windows-?125[0-9]|koi8-[rut]"
    r"|mac-?roman|euc-?(jp|kr|cn)|s(hift-?)?jis|gb(k|2312|18030)|big5(hkscs)?",
    re.IGNORECASE,
)


class Undecodable(ValueError):
    """The bytes are not text that can be written back unchanged; says why."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """`raw` is the text with its own line ends and without `bom`; `encoding` brings it back to bytes."""

    raw: str
    encoding: str = "utf-8"
    bom: bytes = b""

    @property
    def view(self) -> str:
        """The text with LF line ends: what a model reads and what its edits are matched against."""
        return lf(self.raw)

    def encoded(self) -> bytes:
        """The file's bytes. Raises UnicodeEncodeError for a character that the encoding does not have."""
        return self.bom + self.raw.encode(self.encoding)

    def spliced(self, start: int, end: int, new: str) -> "TextFile":
        """With `view[start:end]` replaced; the new lines end as the replaced ones, or most of the file, do."""
        begin, stop = _raw_index(self.raw, start), _raw_index(self.raw, end)
        middle = _with_ends(new, self.raw[begin:stop], _main_end(self.raw))
        return replace(self, raw=self.raw[:begin] + middle + self.raw[stop:])


def lf(text: str) -> str:
    """The text with LF for each CRLF; a lone CR stays."""
    return text.replace("\r\n", "\n")


def decode(data: bytes) -> TextFile:
    """The text of a file by its byte-order mark or coding line, else UTF-8.

    Raises `Undecodable` if that fails, if it would not come back as the same bytes, or if it is binary.
    """
    bom, encoding = next(((bom, name) for bom, name in _BOMS if data.startswith(bom)), (b"", ""))
    encoding = encoding or _declared(data)
    try:
        text = TextFile(data[len(bom) :].decode(encoding), encoding, bom)
        same = text.encoded() == data
    except (UnicodeError, LookupError) as error:
        raise Undecodable(f"its bytes are not {encoding} text ({_first_bad(error)})") from error
    if not same:
        raise Undecodable(f"its {encoding} text would not come back as the same bytes")
    if "\0" in text.raw:
        raise Undecodable("it is binary")
    return text


def _declared(data: bytes) -> str:
    """The character set of a coding line among the first two lines (PEP 263), else UTF-8."""
    for line in data[:2000].splitlines()[:2]:
        if found := _COOKIE.match(line):
            name = found[1].decode("ascii").replace("_", "-")
            if not _CHARSET.fullmatch(name):
                raise Undecodable(f"its coding line names {name[:40]}, which is not a character set known here")
            return name
    return "utf-8"


def _first_bad(error: Exception) -> str:
    return f"first at byte {error.start}" if isinstance(error, UnicodeDecodeError) else type(error).__name__


def _raw_index(raw: str, at: int) -> int:
    """Where an index of the view lies in the raw text: later by each CRLF before it."""
    ends = [found.start() - earlier for earlier, found in enumerate(re.finditer("\r\n", raw))]
    return at + bisect_left(ends, at)


def _main_end(raw: str) -> str:
    crlf = raw.count("\r\n")
    return "\r\n" if crlf > raw.count("\n") - crlf else "\n"


def _with_ends(new: str, old_raw: str, default: str) -> str:
    """The new text with line ends: one kind if the old lines have one, else each kept line keeps its own."""
    crlf, all_ends = old_raw.count("\r\n"), old_raw.count("\n")
    if crlf in (0, all_ends):
        end = default if not all_ends else "\r\n" if crlf else "\n"
        return new.replace("\n", end)
    before, after = old_raw.split("\n"), new.split("\n")
    lines = [line + ("\r" if default == "\r\n" else "") for line in after[:-1]] + after[-1:]
    match = SequenceMatcher(None, [line.removesuffix("\r") for line in before[:-1]], after[:-1], autojunk=False)
    for old_at, new_at, size in match.get_matching_blocks():
        lines[new_at : new_at + size] = before[old_at : old_at + size]
    return "\n".join(lines)
