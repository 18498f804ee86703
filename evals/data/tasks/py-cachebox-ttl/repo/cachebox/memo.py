"""Functions that remember."""

import functools

from cachebox.cache import MISSING, Cache


def memoize(capacity=128):
    """A decorator: results are kept by arguments. The cache is the function's attribute `cache`."""

    def decorate(function):
        cache = Cache(capacity)

        @functools.wraps(function)
        def remembered(*args, **kwargs):
            key = (args, tuple(sorted(kwargs.items())))
            value = cache.get(key, MISSING)
            if value is MISSING:
                value = function(*args, **kwargs)
                cache.set(key, value)
            return value

        remembered.cache = cache
        return remembered

    return decorate
