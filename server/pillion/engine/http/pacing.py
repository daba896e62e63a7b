"""A busy server is not asked what the next key would take back.

While somebody types, most requests are cancelled before they are of use. A fast server does not
mind. One that needs long for a first token is kept busy by them: it notices a closed request only
between two batches, and works on it until then. So the slower it answers, the longer a suggestion
waits here before it is sent, where a cancel costs nothing. Pure.
"""

from __future__ import annotations

import statistics
from collections import deque

from pillion.engine.base import Priority

_FAST = 0.1
"""Seconds to a first token that leave nothing to spare."""

_LONGEST = 0.5
"""Seconds that a request is held back at most; the next key of a brisk typist comes sooner."""

_REMEMBERED = 9
"""Requests that are looked at: an odd number, so that the median is one of them."""


class Pacing:
    """How long one server takes for a first token, and what follows from it."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_REMEMBERED)

    def took(self, seconds: float, *, came: bool) -> None:
        """Take note of a request; one that was cancelled before anything `came` took longer."""
        if came or seconds > self._usual():
            self._seconds.append(seconds)

    def hold(self, priority: Priority) -> float:
        """Return for how many seconds to wait before a request is sent."""
        if priority is not Priority.COMPLETION:
            return 0.0
        return min(_LONGEST, max(0.0, self._usual() - _FAST))

    def _usual(self) -> float:
        return statistics.median(self._seconds) if self._seconds else 0.0
