"""Settings with defaults."""

import collections
from configparser import SafeConfigParser
from io import StringIO


class Settings(collections.Mapping):
    """A mapping of settings; what is not given comes from the defaults."""

    DEFAULTS = {"limit": "10", "name": "relayd"}

    def __init__(self, given=()):
        self._values = dict(self.DEFAULTS)
        self._values.update(given)

    @classmethod
    def load(cls, text):
        """Read the section [relayd] of an INI text."""
        parser = SafeConfigParser()
        parser.readfp(StringIO(text))
        return cls(parser.items("relayd") if parser.has_section("relayd") else ())

    def __getitem__(self, name):
        return self._values[name]

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)


def flatten(tree, prefix=""):
    """Nested mappings and sequences as one dict with dotted names."""
    flat = {}
    if isinstance(tree, collections.Mapping):
        pairs = tree.items()
    elif isinstance(tree, collections.Sequence) and not isinstance(tree, (str, bytes)):
        pairs = ((str(place), value) for place, value in enumerate(tree))
    else:
        return {prefix: tree}
    for name, value in pairs:
        flat.update(flatten(value, "%s.%s" % (prefix, name) if prefix else name))
    return flat
