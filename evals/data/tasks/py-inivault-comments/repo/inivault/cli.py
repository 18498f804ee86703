"""`inivault get FILE SECTION.KEY` and `inivault set FILE SECTION.KEY VALUE`."""

import sys
from pathlib import Path

from inivault.document import Document, ParseError

USAGE = "usage: inivault get FILE SECTION.KEY | inivault set FILE SECTION.KEY VALUE"


def main(argv=None):
    words = sys.argv[1:] if argv is None else argv
    if len(words) < 3 or words[0] not in ("get", "set") or len(words) != {"get": 3, "set": 4}[words[0]]:
        print(USAGE, file=sys.stderr)
        return 2
    path = Path(words[1])
    section, _, key = words[2].rpartition(".")
    try:
        document = Document.parse(path.read_text(encoding="utf-8"))
    except (OSError, ParseError) as error:
        print(f"inivault: {path}: {error}", file=sys.stderr)
        return 1
    if words[0] == "get":
        value = document.get(section, key)
        if value is None:
            return 1
        print(value)
        return 0
    document.set(section, key, words[3])
    path.write_text(document.text(), encoding="utf-8")
    return 0
