"""Suggestions shown lately: typing what is shown needs no model.

Pure values; the text is compared as a whole, so a suggestion is never shown in other surroundings
than those it was made for.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.outcome import Suggestion

if TYPE_CHECKING:
    from pillion.text.snapshot import Snapshot

KEPT = 16
"""Suggestions remembered, of all documents together: enough to take back some keystrokes."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    uri: str
    before: str
    after: str
    """Text from the start of what the suggestion replaces."""
    suggestion: Suggestion


class Cache:
    """The last suggestions, newest first."""

    def __init__(self) -> None:
        self._kept: deque[_Remembered] = deque(maxlen=KEPT)

    def keep(self, snapshot: Snapshot, suggestion: Suggestion) -> None:
        """Remember a suggestion for `snapshot`."""
        start = suggestion.start
        entry = _Remembered(snapshot.uri, snapshot.text[:start], snapshot.text[start:], suggestion)
        self._kept.appendleft(entry)

    def find(self, snapshot: Snapshot, offset: int) -> Suggestion | None:
        """Return what is left of a suggestion whose beginning was typed since, if any."""
        for entry in self._kept:
            if entry.uri == snapshot.uri and (left := _left(entry, snapshot, offset)):
                return left
        return None

    def forget(self, uri: str) -> None:
        """Drop what is remembered of a document."""
        kept = [entry for entry in self._kept if entry.uri != uri]
        self._kept = deque(kept, maxlen=KEPT)


def _left(entry: _Remembered, snapshot: Snapshot, offset: int) -> Suggestion | None:
    text, suggestion = snapshot.text, entry.suggestion
    typed = offset - len(entry.before)
    if not 0 <= typed < len(suggestion.text):
        return None
    if len(text) - offset != len(entry.after) or not text.startswith(entry.before):
        return None
    if not text.endswith(entry.after) or not suggestion.text.startswith(
        text[offset - typed : offset]
    ):
        return None
    replaced = suggestion.end - suggestion.start
    return Suggestion(suggestion.text[typed:], offset, offset + replaced)
