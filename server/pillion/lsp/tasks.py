"""Background tasks that are not forgotten: kept while they run, logged when they fail.

The event loop itself keeps only a weak reference to a task. A failure is logged by its type and
place, never by its text, which might quote a document.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

_T = TypeVar("_T")

_log = logging.getLogger(__name__)


class Tasks:
    """The background tasks of one server."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, _T], name: str) -> asyncio.Task[_T]:
        """Run `work` in the background; `name` is for the log."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    @property
    def running(self) -> tuple[asyncio.Task[Any], ...]:
        """The tasks that have not ended."""
        return tuple(self._running)

    async def stop(self, seconds: float) -> None:
        """Cancel all tasks and wait for them, but not longer than `seconds`."""
        await cancel_and_wait(self._running, seconds)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("%s failed: %s.", task.get_name(), describe(error))


async def cancel_and_wait(tasks: Iterable[asyncio.Future[Any]], seconds: float) -> None:
    """Cancel `tasks` and wait for them, but not longer than `seconds`."""
    waiting = [task for task in tasks if not task.done()]
    for task in waiting:
        task.cancel()
    if waiting:
        await asyncio.wait(waiting, timeout=seconds)


def describe(error: BaseException) -> str:
    """Return the type of `error` and where it was raised, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
