"""Add types: annotations for the function of Python around the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.assist.actions.action import REWRITE, Action, Offer
from pillion.assist.actions.common import NO_CODE, outcome_of
from pillion.assist.annotate import annotate, lacks_types
from pillion.base.outcome import Nothing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pillion.assist.actions.action import Outcome, Tools
    from pillion.assist.actions.place import Place
    from pillion.base.settings import Settings


def _offer(place: Place, _settings: Settings) -> Iterable[Offer]:
    fits = place.language.id == "python" and place.parsed and place.function
    if fits and place.parsed and place.function and lacks_types(place.parsed, place.function):
        yield Offer("Add types (Pillion)", REWRITE)


async def _perform(place: Place, _arguments: Mapping[str, object], tools: Tools) -> Outcome:
    if isinstance(tools.engine, Nothing):
        return tools.engine
    if place.parsed is None or place.function is None:
        return NO_CODE
    tools.report("writing")
    made = await annotate(place.snapshot, place.parsed, place.function, tools.engine, tools.cancel)
    return outcome_of(made, place, "Types written by Pillion")


ANNOTATE = Action("types", (REWRITE,), _offer, _perform)
