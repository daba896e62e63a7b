"""Inline completion, from the cursor to a suggestion or a reason for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pillion.assist.outcome import Answer
    from pillion.base.settings import Settings
    from pillion.engine.base import Cancel, Engine
    from pillion.text.snapshot import Snapshot


class Completer:
    """Completes documents with one engine; remembers the window of each document."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def complete(
        self, snapshot: Snapshot, offset: int, settings: Settings, cancel: Cancel
    ) -> Answer:
        """Suggest what to insert at the code-point `offset`.

        Newest wins: a call for a document ends an earlier one that still runs for the same
        document, which then answers `Reason.SUPERSEDED`. Never raises for a failing engine.
        Cancelling the coroutine stops the engine, too.
        """
        raise NotImplementedError

    def forget(self, uri: str) -> None:
        """Drop what is remembered of a closed document."""
