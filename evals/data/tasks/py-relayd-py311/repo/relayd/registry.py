"""Which handlers there are."""

import inspect
from collections import OrderedDict, Callable

KNOWN = ("message", "source", "settings")


class Registry:
    """Handlers by the kind of message."""

    def __init__(self):
        self._handlers = OrderedDict()

    def register(self, kind):
        """A decorator: the function or coroutine handles messages of this kind."""

        def decorate(function):
            if not isinstance(function, Callable):
                raise TypeError("a handler has to be callable")
            check(function)
            self._handlers.setdefault(kind, []).append(function)
            return function

        return decorate

    def of(self, kind):
        return list(self._handlers.get(kind, ()))


def parameters(function):
    """The names of a handler's parameters, without self."""
    spec = inspect.getargspec(function)
    names = spec.args[1:] if inspect.ismethod(function) else spec.args
    return names, len(names) - len(spec.defaults or ())


def check(function):
    names, needed = parameters(function)
    for name in names[:needed]:
        if name not in KNOWN:
            raise TypeError("%s needs %r, which no handler is given" % (function.__name__, name))


def wanted(function, given):
    """Of what is given, what the handler takes."""
    names, _ = parameters(function)
    return {name: given[name] for name in names if name in given}
