"""What to do about a compiler error that no recipe takes away: a table by what the compiler says."""

import re

from patchwright.tools.diagnostics import Diagnostic

ADVICE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), advice)
    for pattern, advice in (
        (r"package sun\.misc\b|BASE64(?:En|De)coder", "use java.util.Base64"),
        (r"sun\.reflect", "use java.lang.StackWalker or java.lang.invoke"),
        (r"sun\.security|com\.sun\.crypto", "use java.security and javax.crypto, or Bouncy Castle"),
        (r"com\.sun\.(?:org\.apache|xml)\.\S*internal", "depend on the library itself instead of the JDK's copy"),
        (r"com\.sun\.image\.codec", "use javax.imageio"),
        (r"javafx", "depend on org.openjfx"),
        (r"java\.applet|JApplet|class Applet\b", "applets have no successor: make it an application"),
        (r"package javax\.(?:xml\.bind|xml\.ws|jws|activation|annotation|transaction)\b", "depend on its library"),
        (r"com\.sun\.tools\.|tools\.jar", "use the module jdk.compiler; there is no tools.jar any more"),
        (r"Pack200|java\.util\.jar\.Pack200", "pack200 was removed in Java 14: use commons-compress or plain jars"),
        (r"runFinalizersOnExit", "removed in Java 11: use Cleaner or try-with-resources"),
        (r"variable \w+ is not|as of release \d+, '_'|'_' (?:is|used)", "rename it: it is a keyword now"),
        (
            r"(?:Source|Target) option \d+ is no longer supported|release version \d+ not supported",
            "raise the compiler level",
        ),
        (r"is ambiguous", "name the class in full or import it by itself: the JDK has one of that name now"),
        (r"is not visible|not exported|does not export|not accessible", "the JDK encapsulates it: use a public API"),
    )
)


def advise(found: Diagnostic) -> str:
    """A suggested change; "" if none is known."""
    return next((advice for pattern, advice in ADVICE if pattern.search(found.message)), "")
