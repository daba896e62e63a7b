"""From a place in a document to a suggestion: what both ways of completing share.

Newest wins: a newer request or a change of the document ends the older request. A suggestion is
for the document it was made from, or there is none. Every outcome is recorded with its reason.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pillion.assist.outcome import Answer
from pillion.base.outcome import Nothing, Reason
from pillion.engine.base import Cancel

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.assist.outcome import Suggestion
    from pillion.base.settings import Settings
    from pillion.lsp.editor import EditorWatch
    from pillion.lsp.folders import Folders
    from pillion.lsp.model import Completes, ModelKeeper
    from pillion.lsp.sessions import Documents
    from pillion.text.snapshot import Snapshot


class Suggester:
    """Asks the core, one request per document at a time."""

    def __init__(
        self,
        documents: Documents,
        folders: Folders,
        editor: EditorWatch,
        model: ModelKeeper,
        *,
        settings: Callable[[], Settings],
        record: Callable[[Answer], None],
        suggested: Callable[[Snapshot, Suggestion], None],
    ) -> None:
        self._documents = documents
        self._folders = folders
        self._editor = editor
        self._model = model
        self._settings = settings
        self._record = record
        self._suggested = suggested
        self._turns: dict[str, _Turn] = {}

    async def suggest(
        self,
        base: Snapshot | Nothing,
        offset: int,
        *,
        wait: float = 0,
        seen: Snapshot | None = None,
        asked: bool = False,
    ) -> list[Suggestion]:
        """Suggest what to insert at `offset` of the document `base`, after `wait` quiet seconds.

        The best comes first; there are several only where the user `asked`.
        `seen` is what the model sees instead, where the editor already shows more than it has.
        """
        try:
            answer = await self._answer(base, offset, wait, seen, asked=asked)
        except asyncio.CancelledError:
            self._record(Answer(Nothing(Reason.CANCELLED)))
            raise
        self._record(answer)
        if isinstance(base, Nothing) or isinstance(answer.outcome, Nothing):
            return []
        found = [answer.outcome, *answer.others]
        for suggestion in reversed(found):
            self._suggested(seen or base, suggestion)
        return found

    def end(self, uri: str, reason: Reason) -> None:
        """End the request that runs for a document; it is answered with `reason`."""
        if turn := self._turns.pop(uri, None):
            turn.end(reason)

    async def _answer(
        self,
        base: Snapshot | Nothing,
        offset: int,
        wait: float,
        seen: Snapshot | None,
        *,
        asked: bool,
    ) -> Answer:
        if isinstance(base, Nothing):
            return Answer(base)
        settings = self._settings()
        if not settings.enable or base.language in settings.disabled_languages:
            return Answer(Nothing(Reason.DISABLED))
        self.end(base.uri, Reason.SUPERSEDED)
        turn = self._turns[base.uri] = _Turn()
        try:
            if wait and not await turn.is_quiet(wait):
                return Answer(Nothing(turn.reason))
            if self._documents.get(base.uri) is not base:
                return Answer(Nothing(Reason.STALE))
            completer = self._model.completer()
            if isinstance(completer, Nothing):
                return Answer(completer)
            # A newer request may come while this one is judged.
            out = await self._folders.why_private(base.uri)
            if turn.cancel.is_set():
                return Answer(Nothing(turn.reason))
            if out:
                # A folder whose code must not be sent has the model on this machine.
                stays = await self._folders.only_stays_here(base.uri)
                here = self._model.completer_here() if stays else None
                if turn.cancel.is_set():
                    return Answer(Nothing(turn.reason))
                if here is None:
                    return Answer(Nothing(Reason.PRIVATE, out.sentence))
                completer = here
            return await self._ask(
                completer,
                base,
                seen or base,
                offset=offset,
                settings=settings,
                turn=turn,
                asked=asked,
            )
        finally:
            turn.cancel.set()
            if self._turns.get(base.uri) is turn:
                del self._turns[base.uri]

    async def _ask(
        self,
        completer: Completes,
        base: Snapshot,
        seen: Snapshot,
        *,
        offset: int,
        settings: Settings,
        turn: _Turn,
        asked: bool,
    ) -> Answer:
        self._editor.visited(seen, offset)
        state = self._editor.state(seen, offset)
        answer = await completer.complete(seen, offset, settings, turn.cancel, state, asked=asked)
        outcome = self._model.judged(completer, answer.outcome)
        if turn.cancel.is_set():
            outcome = Nothing(turn.reason)
        elif not isinstance(outcome, Nothing) and self._documents.get(base.uri) is not base:
            outcome = Nothing(Reason.STALE)
        return replace(answer, outcome=outcome)


@dataclass(slots=True)
class _Turn:
    """One request's right to the document; ended by the next one or by a change."""

    cancel: Cancel = field(default_factory=Cancel)
    reason: Reason = Reason.CANCELLED

    def end(self, reason: Reason) -> None:
        self.reason = reason
        self.cancel.set()

    async def is_quiet(self, seconds: float) -> bool:
        """Wait; return False at once when the turn ends meanwhile."""
        ended = asyncio.Event()
        self.cancel.on_set(ended.set)
        try:
            await asyncio.wait_for(ended.wait(), seconds)
        except TimeoutError:
            return True
        return False
