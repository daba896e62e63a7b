"""Optimise: the same behaviour, faster, as measured.

    function -> model -> checks of every edit -> both run on generated inputs -> times

Where code may be run, a change that behaves otherwise or is not faster is refused, and the preview
says by how much it is faster. Where it may not, the preview says that nothing was measured.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.assist.actions.action import REWRITE, Action, Change, Declined, Offer
from pillion.assist.actions.rewriting import NOT_RUN, rewritten
from pillion.assist.repair import function_at
from pillion.assist.speed import Faster, compare
from pillion.base.outcome import Nothing
from pillion.post.rewrite.align import applied
from pillion.prompt.edit import instruction_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pillion.assist.actions.action import Outcome, Tools
    from pillion.assist.actions.place import Place
    from pillion.base.settings import Settings


_LOOP = re.compile(r"\b(?:for|while)\b")
"""A function without a loop is seldom slow for its own fault."""


def _offer(place: Place, _settings: Settings) -> Iterable[Offer]:
    function = place.function
    if function is None or place.is_selection:
        return
    if _LOOP.search(place.snapshot.text, function.start, function.end):
        yield Offer(f"Make {function.name} faster (Pillion)", f"{REWRITE}.optimise")


async def _perform(place: Place, _arguments: Mapping[str, object], tools: Tools) -> Outcome:
    function = place.function
    if function is None:
        return await rewritten(place, tools, instruction_of("optimise"), may_stay=True)
    whole = replace(place, start=function.start, end=function.end)
    made = await rewritten(whole, tools, instruction_of("optimise"), may_stay=True)
    if not isinstance(made, Change):
        return made
    if not tools.settings.run_tests or place.language.id != "python":
        return replace(made, notes=(*made.notes, NOT_RUN))
    tools.report("measuring")
    after = applied(place.snapshot.text, made.documents[0].edits)
    whole_function = function_at(place.snapshot.text, function.line)
    if whole_function is None or isinstance(tools.engine, Nothing):
        return replace(made, notes=(*made.notes, NOT_RUN))
    found = await compare(whole_function, after, tools.engine, tools.cancel)
    if isinstance(found, Faster):
        return replace(made, notes=(*made.notes, str(found)))
    if isinstance(found, Nothing):
        return Declined(found, "\n".join(edit.new for edit in made.documents[0].edits))
    return replace(made, notes=(*made.notes, NOT_RUN))


OPTIMISE = Action("optimise", (f"{REWRITE}.optimise",), _offer, _perform)
