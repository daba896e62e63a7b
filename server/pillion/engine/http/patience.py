"""How long to wait for a server, out of the latency contract's target.

A suggestion that comes later than the user waits for is worth nothing, and a request that hangs
holds a place in the server's queue; a conversation may take its time. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from pillion.engine.base import Priority

CONNECT_SECONDS = 2.0
"""A server of one's own network answers within milliseconds; one that is off never does."""

_COLD_TARGETS = 4.0
"""Of the time that a first suggestion may take, before it is given up: the server may be busy."""

_LEAST_SECONDS, _MOST_SECONDS = 4.0, 30.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until the first piece of output, and between two."""

    first: float
    next: float
    retries: int
    """How often to ask again while nothing has come yet."""


def patience(priority: Priority, cold_ms: int) -> Patience:
    """Return how long a request of this priority waits, where `cold_ms` is the target."""
    first = min(_MOST_SECONDS, max(_LEAST_SECONDS, _COLD_TARGETS * cold_ms / 1000))
    if priority is Priority.COMPLETION:
        return Patience(first, first / 2, retries=1)
    return Patience(60.0, 20.0, retries=3)
