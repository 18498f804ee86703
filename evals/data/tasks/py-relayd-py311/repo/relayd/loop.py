"""Running handlers."""

import asyncio

from relayd.registry import wanted
from relayd.settings import Settings


@asyncio.coroutine
def handle(function, given):
    result = function(**wanted(function, given))
    if asyncio.iscoroutine(result):
        result = yield from result
    return result


@asyncio.coroutine
def run_all(messages, registry, settings):
    lock = asyncio.Lock(loop=asyncio.get_event_loop())
    results = []
    for source, kind, message in messages:
        given = {"message": message, "source": source, "settings": settings}
        for function in registry.of(kind):
            with (yield from lock):
                result = yield from asyncio.wait_for(asyncio.async_(handle(function, given)), 30)
            results.append(result)
    return results


def run(messages, registry, settings=None):
    """What all handlers gave, in order. `messages` are triples of source, kind and message."""
    loop = asyncio.get_event_loop()
    return loop.run_until_complete(run_all(messages, registry, settings or Settings()))
