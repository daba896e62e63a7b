"""Fetching a model for the user who just clicked "Download".

The one place of the language server that leads to the network, and only `fetch` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Protocol

from pillion.base.errors import ModelNotFoundError
from pillion.engine.base import Cancel
from pillion.engine.models import find, megabytes
from pillion.engine.sources.progress import Phase, PullProgress
from pillion.engine.store import pull

if TYPE_CHECKING:
    from collections.abc import Callable

_PHASES = {
    Phase.WAITING: "another process is downloading it",
    Phase.RESUMING: "reading what is there already",
    Phase.VERIFYING: "verifying",
    Phase.FAILED: "trying the next source",
}


class Downloads(Protocol):
    """Where models come from."""

    def size(self, model: str) -> str | None:
        """Return how big a model is, such as `491 MB`; None for one that cannot be fetched."""

    def fetch(self, model: str, report: Callable[[float, str], None]) -> None:
        """Fetch a model; blocks. What `report` raises ends it. Raises `PillionError`."""


class StoreDownloads:
    """Models of the catalogue, from their own sources."""

    def size(self, model: str) -> str | None:
        """Return the size in the catalogue."""
        try:
            return megabytes(find(model).size)
        except ModelNotFoundError:
            return None

    def fetch(self, model: str, report: Callable[[float, str], None]) -> None:
        """Fetch a model into the model folder."""

        def tell(progress: PullProgress) -> None:
            share = progress.done / progress.total if progress.total else 0.0
            report(share, _PHASES.get(progress.phase, f"from {progress.source}"))

        pull(find(model), report=tell)


class _GivenUpError(Exception):
    """Nobody waits for the download any more."""


async def fetch_in_thread(
    downloads: Downloads, model: str, report: Callable[[float, str], None]
) -> None:
    """Fetch a model without blocking; cancelling this ends the download at its next report.

    The thread is a daemon: a download never keeps the process alive.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    given_up = Cancel()

    def on_loop(callback: Callable[[], None]) -> None:
        # The loop is gone when the server ended meanwhile.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(callback)

    def tell(share: float, message: str) -> None:
        if given_up.is_set():
            raise _GivenUpError
        on_loop(lambda: report(share, message))

    def settle(error: BaseException | None) -> None:
        if done.done():
            return
        if error:
            done.set_exception(error)
        else:
            done.set_result(None)

    def run() -> None:
        failure: BaseException | None = None
        try:
            downloads.fetch(model, tell)
        except BaseException as error:  # noqa: BLE001 - raised again on the waiting side.
            failure = error
        on_loop(lambda: settle(failure))

    threading.Thread(target=run, name="pillion-download", daemon=True).start()
    try:
        await done
    finally:
        given_up.set()
