"""Who sent a delivery: HMAC-SHA-256 over its raw body (WH-01)."""

import hashlib
import hmac
import re

_SHAPE = re.compile(r"sha256=[0-9a-f]{64}")


def sign(secret: str, body: bytes) -> str:
    """The header `X-Hub-Signature-256` as GitHub writes it."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed(secret: str, body: bytes, header: str) -> bool:
    """Whether the header is that of this body, in constant time. Without a secret nothing is (CFG-02)."""
    if not secret or not _SHAPE.fullmatch(header):
        return False
    return hmac.compare_digest(sign(secret, body).encode(), header.encode())
