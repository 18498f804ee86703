"""INI files, read and changed in place."""

from inivault.document import Document, ParseError

__all__ = ["Document", "ParseError"]
