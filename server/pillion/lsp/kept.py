"""Whether the user keeps what was accepted: half a minute later, is it still in the document?

Only the answer is counted. The text itself stays in memory, for that half minute.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.assist.outcome import Suggestion
    from pillion.lsp.sessions import Documents
    from pillion.lsp.tasks import Tasks
    from pillion.text.snapshot import Snapshot

SECONDS = 30.0
"""What is not wanted has been taken back or rewritten by then."""

_REMEMBERED = 8
"""Suggestions that may be the accepted one: editors ask on before they tell of it."""


class Kept:
    """Looks again at what was accepted."""

    def __init__(
        self,
        documents: Documents,
        tasks: Tasks,
        *,
        kept: Callable[[], None],
        seconds: float = SECONDS,
    ) -> None:
        """Call `kept` for each accepted suggestion that is still there after `seconds`."""
        self._documents = documents
        self._tasks = tasks
        self._kept = kept
        self._seconds = seconds
        self._suggested: deque[_Suggested] = deque(maxlen=_REMEMBERED)
        self._watched: set[_Suggested] = set()

    def suggested(self, seen: Snapshot, suggestion: Suggestion) -> None:
        """Remember what was suggested last."""
        self._suggested.appendleft(_Suggested(seen, suggestion.text))

    def accepted(self) -> None:
        """Watch the suggestion that the user just accepted."""
        if one := self._accepted():
            self._suggested.remove(one)
            self._watched.add(one)
            self._tasks.spawn(self._later(one), "Looking at what was accepted")

    def closing(self, uri: str) -> None:
        """Look now at what was accepted in a document that is about to be closed."""
        for one in [one for one in self._watched if one.seen.uri == uri]:
            self._look(one)
        self._suggested = deque(
            (one for one in self._suggested if one.seen.uri != uri), maxlen=_REMEMBERED
        )

    def _accepted(self) -> _Suggested | None:
        """Return the newest suggestion that stands in its document, else the newest one."""
        there = (one for one in self._suggested if self._stands(one))
        return next(there, self._suggested[0] if self._suggested else None)

    async def _later(self, one: _Suggested) -> None:
        await asyncio.sleep(self._seconds)
        self._look(one)

    def _look(self, one: _Suggested) -> None:
        if one in self._watched:
            self._watched.remove(one)
            if self._stands(one):
                self._kept()

    def _stands(self, one: _Suggested) -> bool:
        document = self._documents.get(one.seen.uri)
        return not isinstance(document, Nothing) and one.stands_in(document.text)


@dataclass(frozen=True, slots=True, eq=False)
class _Suggested:
    """A suggestion and the document that it was made for."""

    seen: Snapshot
    text: str

    def stands_in(self, document: str) -> bool:
        """Tell whether the text stands there once more than it did before."""
        text = _dense(self.text)
        return _dense(document).count(text) > _dense(self.seen.text).count(text)


def _dense(text: str) -> str:
    """Return `text` without blanks: a formatter may move what is kept."""
    return "".join(text.split())
