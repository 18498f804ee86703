"""What a function asks for, and a signature over it."""

import base64
import hmac
import inspect


def signature(function, key):
    """The names of a function's arguments, signed; as text."""
    names = ",".join(inspect.getargspec(function).args)
    mac = hmac.new(key, names.encode())
    return names + ":" + base64.encodestring(mac.digest()).decode().strip()
