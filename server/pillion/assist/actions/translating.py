"""Translate: the selection in another language, as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.assist.actions.action import SOURCE, Action, Offer, Page
from pillion.assist.actions.common import text_of
from pillion.assist.translate import translate
from pillion.base.outcome import Nothing, Reason
from pillion.syntax.languages import PLAIN, language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pillion.assist.actions.action import Outcome, Tools
    from pillion.assist.actions.place import Place
    from pillion.base.settings import Settings

_KIND = f"{SOURCE}.pillion.translate"
_USUAL = {"python": "typescript"}
"""The language that is offered; others can be asked for with the argument `language`."""


def _offer(place: Place, _settings: Settings) -> Iterable[Offer]:
    if place.is_selection and place.language.grammar is not None:
        target = language_of(_USUAL.get(place.language.id, "python"))
        if target != place.language:
            title = f"Translate to {target.name} (Pillion)"
            yield Offer(title, _KIND, {"language": target.id}, edits=False)


async def _perform(place: Place, arguments: Mapping[str, object], tools: Tools) -> Outcome:
    if isinstance(tools.engine, Nothing):
        return tools.engine
    target = language_of(text_of(arguments.get("language")))
    if target in {PLAIN, place.language}:
        return Nothing(Reason.NO_INSTRUCTION)
    tools.report("translating")
    found = await translate(
        place.snapshot, place.start, place.end, target, tools.engine, cancel=tools.cancel
    )
    if isinstance(found, Nothing):
        return found
    return Page(f"{place.path} in {target.name}", found.markdown)


TRANSLATE = Action("translate", (_KIND,), _offer, _perform)
