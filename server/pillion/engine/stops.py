"""Texts that end an output, also where one comes in pieces. Pure values.

What may be the beginning of such a text is held back until more is known, so that nothing of it is
shown; how the output was cut into pieces changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Stops:
    """Looks for the first of some texts in an output that comes piece by piece."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Empty texts stop nothing."""
        self._texts = [text for text in texts if text]
        self._longest = max(map(len, self._texts), default=0)
        self._held = ""

    def feed(self, piece: str) -> tuple[str, bool]:
        """Return what of the output is sure by now, and whether it ends there."""
        text, self._held = self._held + piece, ""
        found = [(text.find(stop) + len(stop), text.find(stop)) for stop in self._texts]
        ends = [(end, start) for end, start in found if start >= 0]
        if ends:
            return text[: min(ends)[1]], True
        for size in range(min(self._longest - 1, len(text)), 0, -1):
            tail = text[-size:]
            if any(stop.startswith(tail) for stop in self._texts):
                self._held = tail
                return text[:-size], False
        return text, False

    def rest(self) -> str:
        """Return what was held back, because nothing more comes."""
        rest, self._held = self._held, ""
        return rest
