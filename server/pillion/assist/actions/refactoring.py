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
from pillion.refactor.modules import module_of, taken_from
from pillion.refactor.python.imports import organise
from pillion.refactor.table import apply, refactorings, title_of
from pillion.refactor.values import ORGANIZE, Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pillion.assist.actions.action import Outcome, Tools
    from pillion.assist.actions.place import Place
    from pillion.base.settings import Settings
    from pillion.refactor.values import Edits


def _offer(place: Place, _settings: Settings) -> Iterable[Offer]:
    for one in refactorings(place.snapshot, place.start, place.end):
        yield Offer(one.title, one.kind, {"id": one.id}, disabled=one.disabled)


async def _perform(place: Place, arguments: Mapping[str, object], _tools: Tools) -> Outcome:
    id_, name = text_of(arguments.get("id")), text_of(arguments.get("name"))
    edits = await asyncio.to_thread(_edits, place, id_, name)
    if isinstance(edits, Nothing):
        return edits
    change = DocumentChange(place.snapshot, edits)
    return Change((change,), title_of(id_), written_by_model=False)


def _edits(place: Place, id_: str, name: str) -> Edits | Nothing:
    index = place.index
    if id_ == "organizeImports" and place.language.id == "python" and index is not None:
        # What others import from here, and what is the project's own, only the index knows.
        own = module_of(index, place.path).partition(".")[0]
        plan = organise(
            Request(place.snapshot, place.start, place.end),
            first_party=[own] if own else [],
            taken_elsewhere=taken_from(index, place.path),
        )
        return plan if isinstance(plan, Nothing) else plan.edits
    return apply(place.snapshot, place.start, place.end, id_, name)


REFACTOR = Action("refactor", (EXTRACT, INLINE, REWRITE, ORGANIZE), _offer, _perform)
