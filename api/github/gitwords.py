"""What git says when it comes to nothing at GitHub: does it pass by itself? Pure."""

import re

_PASSES = re.compile(
    r"error: (?:408|429|5\d\d)\b|HTTP (?:429|5\d\d)\b|could not resolve host|timed out|connection (?:reset|refused)"
    r"|failed to connect|couldn't connect|early EOF|RPC failed|unexpected disconnect|did not end within"
    r"|empty reply from server|hung up unexpectedly|TLS connect error|SSL_ERROR_SYSCALL",
    re.IGNORECASE,
)


def passes(words: str) -> bool:
    """Whether it is worth trying again: the network or GitHub had trouble, nobody refused anything."""
    return _PASSES.search(words) is not None
