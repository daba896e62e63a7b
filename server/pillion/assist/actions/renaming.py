"""Rename to something better: the model names a local variable, syntax renames it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.assist.actions.action import REWRITE, Action, Offer
from pillion.assist.actions.common import NO_CODE, outcome_of
from pillion.assist.rename import rename
from pillion.base.outcome import Nothing
from pillion.refactor.table import renamable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pillion.assist.actions.action import Outcome, Tools
    from pillion.assist.actions.place import Place
    from pillion.base.settings import Settings


def _offer(place: Place, _settings: Settings) -> Iterable[Offer]:
    if place.function:
        name = renamable(place.snapshot, place.start)
        if name and place.selected.strip() in {"", name}:
            yield Offer(f"Rename `{name}` to something better (Pillion)", REWRITE)


async def _perform(place: Place, _arguments: Mapping[str, object], tools: Tools) -> Outcome:
    if isinstance(tools.engine, Nothing):
        return tools.engine
    if place.function is None:
        return NO_CODE
    made = await rename(
        place.snapshot,
        place.function,
        place.start,
        engine=tools.engine,
        cancel=tools.cancel,
    )
    return outcome_of(made, place, "Name chosen by Pillion, renamed by syntax")


RENAME = Action("rename", (REWRITE,), _offer, _perform)
