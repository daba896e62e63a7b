"""Review: a page of what rules have to say of the selection, or of the file. No model."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pillion.assist.actions.action import SOURCE, Action, Offer, Page
from pillion.assist.review import review
from pillion.syntax.languages import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pillion.assist.actions.action import Outcome, Tools
    from pillion.assist.actions.place import Place
    from pillion.base.settings import Settings

_KIND = f"{SOURCE}.pillion.review"


def _offer(place: Place, _settings: Settings) -> Iterable[Offer]:
    if place.language is not PLAIN:
        what = "selection" if place.is_selection else "file"
        yield Offer(f"Review this {what}", _KIND, edits=False)


async def _perform(place: Place, _arguments: Mapping[str, object], _tools: Tools) -> Outcome:
    only = (place.start, place.end) if place.is_selection else None
    found = await asyncio.to_thread(review, place.snapshot, only=only)
    lines = place.snapshot.lines
    items = [
        f"- Line {lines.at(one.start) + 1}, {one.role}: {one.message} `{one.code}`" for one in found
    ]
    said = "\n".join(items) or "The rules find nothing. That does not mean that nothing is wrong."
    return Page("Review", f"# Review\n\n{said}\n")


REVIEW = Action("review", (_KIND,), _offer, _perform)
