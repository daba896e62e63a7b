"""What is read while the user is idle never stands in the way of what the user waits for.

Servers know nothing of our priorities. So background requests wait while another request of ours
runs at the same server, and end when one begins; they are made again when the user is idle.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pillion.engine.base import Priority

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Turns:
    """The requests that run at one server."""

    def __init__(self) -> None:
        self._waited_for = 0
        """Requests that the user waits for."""
        self._idle = asyncio.Event()
        self._idle.set()
        self._background: set[asyncio.Event] = set()

    @asynccontextmanager
    async def taken(self, priority: Priority, cancelled: asyncio.Event) -> AsyncIterator[None]:
        """Have a turn; `cancelled` is set where it must end for one that comes first."""
        if priority is Priority.BACKGROUND:
            await self._until_idle(cancelled)
            self._background.add(cancelled)
            try:
                yield
            finally:
                self._background.discard(cancelled)
            return
        self._waited_for += 1
        self._idle.clear()
        for one in self._background:
            one.set()
        try:
            yield
        finally:
            self._waited_for -= 1
            if not self._waited_for:
                self._idle.set()

    async def _until_idle(self, cancelled: asyncio.Event) -> None:
        waits = [asyncio.create_task(event.wait()) for event in (self._idle, cancelled)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        if self._waited_for:
            # Another one began as the last one ended; the user is not idle.
            cancelled.set()
