"""What ended runs came to: it does not change any more, so it is added up once."""

from collections import Counter
from dataclasses import dataclass, field

from patchwright.agent.run import Usage


@dataclass(slots=True)
class Tally:
    """What runs that have ended came to, kept, since it does not change any more. `counted` are their ids."""

    counted: set[str] = field(default_factory=set[str])
    usage: Usage = field(default_factory=Usage)
    claims: Counter[str] = field(default_factory=Counter[str])
