"""Who answers while a role's model cannot be reached."""

import time
from collections.abc import Callable

from patchwright.agent.errors import ModelError, ModelUnavailable
from patchwright.agent.messages import Model, Reply, Request

REST = 300.0
"""Seconds for which a model that could not be reached is not asked again."""


class WithFallback:
    """A model and its stand-in: `second` answers when `first` is unavailable, also after its retries.

    The reply names the stand-in, and counts what the failed tries cost.
    """

    def __init__(self, first: Model, second: Model, name: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._first, self._second, self._name = first, second, name
        self._monotonic = monotonic
        self._rested = float("-inf")

    def complete(self, request: Request) -> Reply:
        """The first's answer, or the second's. Raises what the second raises, or the first but `ModelUnavailable`."""
        if self._monotonic() < self._rested:
            return self._stand_in(request, ModelUnavailable("it is left alone for a while"))
        try:
            return self._first.complete(request)
        except ModelUnavailable as error:
            self._rested = self._monotonic() + REST
            return self._stand_in(request, error)

    def _stand_in(self, request: Request, why: ModelUnavailable) -> Reply:
        try:
            reply = self._second.complete(request)
        except ModelError as error:
            error.usage = why.usage.plus(error.usage)
            raise
        return reply.model_copy(update={"usage": why.usage.plus(reply.usage), "stand_in": self._name})
