"""Explain: a page about the selection, or the function around the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.assist.actions.action import SOURCE, Action, Offer, Page
from pillion.assist.explain import explain
from pillion.base.outcome import Nothing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pillion.assist.actions.action import Outcome, Tools
    from pillion.assist.actions.place import Place
    from pillion.base.settings import Settings

_KIND = f"{SOURCE}.pillion.explain"


def _offer(place: Place, _settings: Settings) -> Iterable[Offer]:
    if place.is_selection or place.function:
        yield Offer("Explain (Pillion)", _KIND, edits=False)


async def _perform(place: Place, _arguments: Mapping[str, object], tools: Tools) -> Outcome:
    if isinstance(tools.engine, Nothing):
        return tools.engine
    tools.report("reading")
    found = await explain(
        place.snapshot,
        place.start,
        place.end,
        tools.engine,
        tools.cancel,
        index=place.index,
        path=place.path,
        stream=tools.stream,
    )
    return found if isinstance(found, Nothing) else Page(found.title, found.markdown)


EXPLAIN = Action("explain", (_KIND,), _offer, _perform)
