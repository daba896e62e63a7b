"""What was sent to which server lately: kept in memory, for the user to look at.

Never written to a file or a log. A list of the last requests, the texts of the newest ones whole.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import asdict, dataclass, field

LAST = 50
"""Requests that are remembered."""

_MOST_CHARACTERS = 2_000_000
"""Of the texts together; older texts are dropped first, the facts about them stay."""


@dataclass(slots=True)
class Sent:
    """One request that left."""

    at: float
    """Seconds since the epoch."""
    url: str
    """The whole address, the path included."""
    purpose: str
    """`completion`, `chat` or `background`."""
    text: str
    """What was sent as text, special tokens by their names; secrets are hidden in it."""
    hidden: int = 0
    """Characters that were hidden at the last moment, beyond what was hidden before."""
    characters: int = 0
    outcome: str = "running"
    """How it ended: `stop`, `length`, `cancelled`, or the error."""
    milliseconds: float = 0.0
    received: int = 0
    """Characters of the answer."""


@dataclass
class Audit:
    """The last requests, oldest first."""

    sent: deque[Sent] = field(default_factory=lambda: deque(maxlen=LAST))
    count: int = 0
    """Requests of this session, forgotten ones included."""

    def begin(self, url: str, purpose: str, text: str, hidden: int) -> Sent:
        """Take note of a request that leaves now."""
        entry = Sent(time.time(), url, purpose, text, hidden, len(text))
        self.sent.append(entry)
        self.count += 1
        room = _MOST_CHARACTERS
        for one in reversed(self.sent):
            room -= len(one.text)
            if room < 0:
                one.text = ""
        return entry

    def to_json(self) -> list[dict[str, object]]:
        """Return the requests, newest first."""
        return [asdict(entry) for entry in reversed(self.sent)]
