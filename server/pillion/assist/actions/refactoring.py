"""Refactorings by syntax alone: no model, so nobody has to confirm them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pillion.assist.actions.action import (
    EXTRACT,
    INLINE,
    REWRITE,
    Action,
    Change,
    DocumentChange,
    Offer,
)
from pillion.assist.actions.common import text_of
from pillion.base.outcome import Nothing
from pillion.refactor.table import apply, refactorings, title_of
from pillion.refactor.values import ORGANIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pillion.assist.actions.action import Outcome, Tools
    from pillion.assist.actions.place import Place
    from pillion.base.settings import Settings


def _offer(place: Place, _settings: Settings) -> Iterable[Offer]:
    for one in refactorings(place.snapshot, place.start, place.end):
        yield Offer(one.title, one.kind, {"id": one.id}, disabled=one.disabled)


async def _perform(place: Place, arguments: Mapping[str, object], _tools: Tools) -> Outcome:
    id_, name = text_of(arguments.get("id")), text_of(arguments.get("name"))
    edits = await asyncio.to_thread(apply, place.snapshot, place.start, place.end, id_, name)
    if isinstance(edits, Nothing):
        return edits
    change = DocumentChange(place.snapshot, edits)
    return Change((change,), title_of(id_), written_by_model=False)


REFACTOR = Action("refactor", (EXTRACT, INLINE, REWRITE, ORGANIZE), _offer, _perform)
