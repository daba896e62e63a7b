"""Imports: what a name that nothing defines may be imported from, and imports in order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pillion.assist.actions.action import QUICK_FIX, Action, Change, DocumentChange, Offer
from pillion.assist.actions.common import NO_CODE, text_of
from pillion.base.outcome import Nothing
from pillion.refactor.modules import candidates
from pillion.refactor.python.imports import add_import, undefined
from pillion.refactor.python.source import read
from pillion.refactor.values import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pillion.assist.actions.action import Outcome, Tools
    from pillion.assist.actions.place import Place
    from pillion.base.settings import Settings


def _offer(place: Place, _settings: Settings) -> Iterable[Offer]:
    if place.language.id != "python":
        return
    source = read(place.snapshot.text)
    for start, name in undefined(source) if source else ():
        if start <= place.start <= start + len(name):
            for one in candidates(place.index, place.path, name):
                arguments = {"module": one.module, "name": one.name}
                yield Offer(f"Add `{one.line}`", QUICK_FIX, arguments)
            return


async def _perform(place: Place, arguments: Mapping[str, object], _tools: Tools) -> Outcome:
    module, name = text_of(arguments.get("module")), text_of(arguments.get("name"))
    names = [*module.split("."), *([name] if name else [])]
    if not all(one.isidentifier() for one in names):
        return NO_CODE
    plan = await asyncio.to_thread(add_import, Request(place.snapshot, 0, 0), module, name)
    if isinstance(plan, Nothing):
        return plan
    return Change(
        (DocumentChange(place.snapshot, plan.edits),), "Add import", written_by_model=False
    )


ADD_IMPORT = Action("addImport", (QUICK_FIX,), _offer, _perform)
