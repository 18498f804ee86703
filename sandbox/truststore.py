"""A Java trust store made from PEM certificates, without Java: the JKS format, read by every JDK."""

import hashlib
import re
import ssl
import struct

PASSWORD = "changeit"
"""Java's own default; it guards against accidents, not people, since certificates are public."""

_MAGIC, _VERSION, _TRUSTED = 0xFEEDFEED, 2, 2
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def jks(bundle: bytes) -> bytes:
    """The certificates of a PEM bundle as a JKS trust store; what is not a certificate is left out."""
    certificates = [ssl.PEM_cert_to_DER_cert(found.decode("ascii")) for found in _PEM.findall(bundle)]
    body = struct.pack(">III", _MAGIC, _VERSION, len(certificates))
    body += b"".join(_entry(f"ca{number}", der) for number, der in enumerate(certificates))
    return body + _seal(body)


def _entry(alias: str, der: bytes) -> bytes:
    made = struct.pack(">Q", 0)  # no date: equal bundles give equal bytes
    return struct.pack(">I", _TRUSTED) + _text(alias) + made + _text("X.509") + struct.pack(">I", len(der)) + der


def _text(value: str) -> bytes:
    return struct.pack(">H", len(value)) + value.encode("ascii")


def _seal(body: bytes) -> bytes:
    """The format's own check sum: SHA-1 over password, a fixed phrase and the body."""
    return hashlib.sha1(PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + body).digest()
