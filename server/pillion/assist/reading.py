"""Which window of a document to ask with: the full one where it is cheap, else a quick one.

The model answers fast where it has read everything before; somewhere new it would first have to
read the whole window. So a new place is answered from a small window, and the full one is read
while the user is idle (`pillion.assist.complete`).
"""

from __future__ import annotations

from dataclasses import dataclass
from os.path import commonprefix
from typing import TYPE_CHECKING

from pillion.context.window import cut

if TYPE_CHECKING:
    from pillion.assist.contract import Plan
    from pillion.context.window import Window
    from pillion.syntax.site import Site


@dataclass(frozen=True, slots=True)
class Choice:
    """The window to ask with, and the session whose part of the KV cache knows it."""

    window: Window
    session: str
    full: bool


class Reading:
    """What the model has read of one document."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._full: Window | None = None
        self._quick: Window | None = None

    def choose(self, site: Site, plan: Plan) -> Choice:
        """Choose the window for a request."""
        choice = self.whole(site, plan)
        if self._unread(choice.window) <= plan.quick_tokens * plan.chars_per_token:
            self.has_read(choice.window)
            return choice
        self._quick = cut(site, plan.quick, self._quick)
        return Choice(self._quick, f"{self._uri}#quick", full=False)

    def whole(self, site: Site, plan: Plan) -> Choice:
        """Return the full window, whatever it costs."""
        return Choice(cut(site, plan.full, self._full), self._uri, full=True)

    def has_read(self, window: Window) -> None:
        """Take note that the model has read this full window."""
        self._full = window

    def _unread(self, window: Window) -> int:
        """Return how many characters the model would have to read, what is typed left out."""
        known = self._full
        if known is None:
            return len(window.prefix) + len(window.suffix)
        if window.prefix == known.prefix:
            return 0 if window.suffix == known.suffix else len(window.suffix)
        same = len(commonprefix([window.prefix, known.prefix]))  # noqa: RUF071 - texts, not paths.
        return len(window.prefix) - same + len(window.suffix)
