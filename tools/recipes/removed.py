"""What is gone from the standard library and no recipe can replace: named with its place, never guessed at."""

import ast
import re
from collections.abc import Iterator

from patchwright.tools.recipes.base import Leftover
from patchwright.tools.recipes.branches import Version
from patchwright.tools.recipes.code import Code
from patchwright.tools.recipes.moves import breaks_here
from patchwright.tools.recipes.rule import Context
from patchwright.tools.recipes.source import Source, Unreadable

KIND = "removed-api"

MODULES: dict[str, Version] = {
    "asynchat": (3, 12), "asyncore": (3, 12), "smtpd": (3, 12), "imp": (3, 12), "distutils": (3, 12),
    "aifc": (3, 13), "audioop": (3, 13), "cgi": (3, 13), "cgitb": (3, 13), "chunk": (3, 13), "crypt": (3, 13),
    "imghdr": (3, 13), "mailcap": (3, 13), "msilib": (3, 13), "nis": (3, 13), "nntplib": (3, 13),
    "ossaudiodev": (3, 13), "pipes": (3, 13), "sndhdr": (3, 13), "spwd": (3, 13), "sunau": (3, 13),
    "telnetlib": (3, 13), "uu": (3, 13), "xdrlib": (3, 13), "lib2to3": (3, 13),
    "formatter": (3, 10), "parser": (3, 10), "symbol": (3, 10), "macpath": (3, 8), "dummy_threading": (3, 9),
    "binhex": (3, 11), "asyncio.compat": (3, 7),
}  # fmt: skip
"""Modules by the first Python without them."""

BACKPORTS = {
    "asyncore": "pyasyncore", "asynchat": "pyasynchat", "imp": "zombie-imp", "cgi": "legacy-cgi", "cgitb": "legacy-cgi",
    "distutils": "setuptools", "lib2to3": "fissix", "telnetlib": "standard-telnetlib", "imghdr": "standard-imghdr",
    "pipes": "standard-pipes", "smtpd": "aiosmtpd", "crypt": "legacycrypt", "audioop": "audioop-lts",
}  # fmt: skip
"""Packages that bring a module back, as a stopgap that a person may add to the dependencies."""

NAMES: dict[str, tuple[Version, str]] = {
    "platform.linux_distribution": ((3, 8), "the package `distro` has it"),
    "platform.dist": ((3, 8), "the package `distro` has it"),
    "platform.popen": ((3, 8), "use subprocess"),
    "inspect.formatargspec": ((3, 11), "use inspect.signature"),
    "inspect.getmoduleinfo": ((3, 6), "use inspect.getmodulename"),
    "html.parser.HTMLParseError": ((3, 5), "the parser raises nothing any more"),
    "sys.setcheckinterval": ((3, 9), "sys.setswitchinterval takes seconds"),
    "sys.getcheckinterval": ((3, 9), "sys.getswitchinterval gives seconds"),
    "plistlib.readPlist": ((3, 9), "plistlib.load takes an open file"),
    "plistlib.writePlist": ((3, 9), "plistlib.dump takes an open file"),
    "plistlib.readPlistFromString": ((3, 9), "use plistlib.loads"),
    "plistlib.readPlistFromBytes": ((3, 9), "use plistlib.loads"),
    "os.errno": ((3, 7), "import errno"),
    "ssl.wrap_socket": ((3, 12), "use ssl.SSLContext.wrap_socket"),
    "ssl.match_hostname": ((3, 12), "OpenSSL checks the name itself"),
    "pkgutil.ImpImporter": ((3, 12), "use importlib"),
    "pkgutil.find_loader": ((3, 14), "use importlib.util.find_spec"),
    "importlib.find_loader": ((3, 12), "use importlib.util.find_spec"),
    "unittest.makeSuite": ((3, 13), "use unittest.defaultTestLoader"),
    "unittest._TextTestResult": ((3, 12), "use unittest.TextTestResult"),
    "sqlite3.OptimizedUnicode": ((3, 12), "use str"),
    "asyncio.async": ((3, 7), "use asyncio.ensure_future"),
    "string.letters": ((3, 0), "use string.ascii_letters"),
    "string.maketrans": ((3, 0), "use str.maketrans or bytes.maketrans"),
    "os.popen2": ((3, 0), "use subprocess"),
    "os.getcwdu": ((3, 0), "use os.getcwd"),
    "ast.Num": ((3, 14), "use ast.Constant"),
    "ast.Str": ((3, 14), "use ast.Constant"),
    "ast.Bytes": ((3, 14), "use ast.Constant"),
    "ast.NameConstant": ((3, 14), "use ast.Constant"),
    "gettext.lgettext": ((3, 11), "use gettext.gettext"),
    "binascii.b2a_hqx": ((3, 11), "nothing replaces it"),
    "random.jumpahead": ((3, 0), "nothing replaces it"),
    "nose": ((3, 10), "nose does not import on this Python; use pytest"),
}
"""Names by the first Python without them, and what a person may do."""

_HINT = re.compile("|".join(rf"\b{re.escape(name.split('.')[0])}\b" for name in [*MODULES, *NAMES]).encode())


def removed_names(code: Code, target: Version) -> Iterator[Leftover]:
    """Uses of what is gone on the target, that nothing around them expects to be gone."""
    context = Context(target, code.claims_python2)
    for path in code.python_paths:
        if not _HINT.search(code.read(path)):
            continue
        try:
            yield from _in_file(code.source(path), context)
        except Unreadable as error:
            yield error.leftover(path, "syntax")


def _in_file(source: Source, context: Context) -> Iterator[Leftover]:
    for node in source.nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name in _names(node):
                reason = _gone(name, context.target)
                if reason and breaks_here(source, context, node, "import"):
                    yield Leftover(source.path, node.lineno, KIND, reason)
        elif isinstance(node, ast.Attribute):
            origin = source.origin(node) or ""
            reason = _gone_name(origin, context.target)
            if reason and breaks_here(source, context, node, "attribute"):
                yield Leftover(source.path, node.lineno, KIND, reason)


def _names(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names] if not node.level else []


def _gone(name: str, target: Version) -> str:
    """Why an imported name is not there on the target; ""."""
    package = name.split(".")[0]
    since = MODULES.get(package)
    if since and since <= target:
        backport = f"; the package {BACKPORTS[package]} brings it back" if package in BACKPORTS else ""
        return f"module {package} went in Python {since[0]}.{since[1]}{backport}"
    return _gone_name(name, target) or (_gone_name(package, target) if package in NAMES else "")


def _gone_name(name: str, target: Version) -> str:
    known = NAMES.get(name)
    if known is None or known[0] > target:
        return ""
    return f"{name} went in Python {known[0][0]}.{known[0][1]}: {known[1]}"
