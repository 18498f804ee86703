"""Exceptions named by what the caller should do; each says what happened, to what, what next."""

from patchwright.agent.run import Usage


class PatchwrightError(Exception):
    """Base of what a door shows to a user as one clear message."""


class UsageError(PatchwrightError):
    """The request or the configuration is wrong: the user has to change it (exit 2)."""


class RunNotFound(UsageError):
    """No such run in this state folder."""


class StaleApproval(PatchwrightError):
    """The approval names another revision or hash than the current one; says what changed (409)."""


class NotNow(PatchwrightError):
    """The run is in a state in which this cannot be done; names the state and what can be done."""


class RunBusy(PatchwrightError):
    """Another process holds the run; says which."""


class GraphVersionMismatch(PatchwrightError):
    """The run was begun by another version of the graph; it is not continued, nothing is lost."""


class LeaseLost(PatchwrightError):
    """This process no longer owns the run and must stop writing (REL-05)."""


class ModelError(PatchwrightError):
    """A model gave no usable answer. `usage` is what was spent on trying, and counts all the same."""

    def __init__(self, message: str, usage: Usage | None = None) -> None:
        super().__init__(message)
        self.usage = usage or Usage()


class ModelUnavailable(ModelError):
    """The endpoint is down, overloaded or out of reach: try again later (`resume`)."""


class ModelRefused(ModelError):
    """The endpoint says no (401, 403, 404, 400): the operator has to change something."""


class ContextExceeded(ModelRefused):
    """The prompt is longer than what the model reads: ask with less. `limit` is in tokens, if it is known."""

    def __init__(self, message: str, limit: int | None = None, usage: Usage | None = None) -> None:
        super().__init__(message, usage)
        self.limit = limit


class ModelGarbage(ModelError):
    """The endpoint answered, but with nothing usable, also after one repair turn."""


class BudgetSpent(PatchwrightError):
    """A limit was reached before the next call; names it. The run is parked."""


class Cancelled(PatchwrightError):
    """A human cancelled the run; raised at the next safe point."""


class PauseAsked(PatchwrightError):
    """A human asked for a pause; raised at the next safe point, the run is parked."""


class Draining(PatchwrightError):
    """This process is to end; raised at the next safe point, the run goes on elsewhere as if nothing had been."""


class StoreUnusable(PatchwrightError):
    """The store's disk is full, or its file cannot be read or written (exit 4)."""
