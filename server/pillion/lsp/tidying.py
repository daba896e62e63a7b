"""Giving memory back a while after a document was closed: its trees and prompts were large."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pillion.base import heap

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.lsp.tasks import Tasks

_SECONDS = 2.0
"""Until what was under way for the document has ended, and many that are closed at once are."""


class Tidying:
    """Gives memory back once for all documents that were closed lately."""

    def __init__(
        self,
        tasks: Tasks,
        *,
        give_back: Callable[[], None] = heap.give_back,
        seconds: float = _SECONDS,
    ) -> None:
        self._tasks = tasks
        self._give_back = give_back
        self._seconds = seconds
        self._waiting: asyncio.Task[None] | None = None

    def closed(self) -> None:
        """Take note that a document was closed."""
        if self._waiting is None or self._waiting.done():
            self._waiting = self._tasks.spawn(self._wait(), "Giving memory back")

    async def _wait(self) -> None:
        await asyncio.sleep(self._seconds)
        await asyncio.to_thread(self._give_back)
