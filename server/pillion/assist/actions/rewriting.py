"""Rewrites of the selection, or of the function around the cursor, by an instruction.

`edit` takes the instruction from the user, who types it in the editor; the others bring theirs.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.assist.actions.action import QUICK_FIX, REWRITE, Action, Change, Offer
from pillion.assist.actions.common import outcome_of, text_of
from pillion.assist.edit import Order
from pillion.assist.looks import looked_edit
from pillion.base.outcome import Nothing, Reason
from pillion.context.redact import redact
from pillion.prompt.edit import instruction_of
from pillion.refactor.python.comprehension import to_comprehension
from pillion.refactor.values import Request
from pillion.syntax.extent import extent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from pillion.assist.actions.action import Outcome, Tools
    from pillion.assist.actions.place import Place, Problem
    from pillion.base.settings import Settings

_LOOP = re.compile(r"^\s*for\b.*:\s*(?:#.*)?$", re.MULTILINE)
_COLLECTS = re.compile(r"\.(?:append|add)\(|\]\s*=(?!=)")

NOT_RUN = "Nothing was run: see for yourself that it still does the same."

_FUNCTION_LINES = 40
"""A problem is mended in the whole function up to so many lines, else in its own statement."""


def _no_offer(_place: Place, _settings: Settings) -> Iterable[Offer]:
    """Offer nothing: the editor has no way to ask for the instruction in a list of actions."""
    return ()


def _simplify(place: Place, _settings: Settings) -> Iterable[Offer]:
    if place.is_selection:
        yield Offer("Simplify (Pillion)", REWRITE)


def _comprehension(place: Place, _settings: Settings) -> Iterable[Offer]:
    if place.language.id == "python" and place.is_selection:
        text = place.selected
        if _LOOP.search(text) and _COLLECTS.search(text) and not _by_syntax(place):
            yield Offer("Convert loop to comprehension (Pillion)", f"{REWRITE}.comprehension")


def _by_syntax(place: Place) -> bool:
    """Tell whether the refactoring of that name does it, which needs no model."""
    request = Request(place.snapshot, place.start, place.end)
    return not isinstance(to_comprehension(request), Nothing)


def _fix(place: Place, _settings: Settings) -> Iterable[Offer]:
    for problem in place.problems:
        if problem.severity in {"error", "warning"}:
            said = " ".join(problem.message.split())
            short = said if len(said) <= 60 else f"{said[:59]}…"
            yield Offer(f"Fix: {short} (Pillion)", QUICK_FIX, problems=(problem,))


async def _edit(place: Place, arguments: Mapping[str, object], tools: Tools) -> Outcome:
    instruction = text_of(arguments.get("instruction"))
    if not instruction:
        return Nothing(Reason.NO_INSTRUCTION)
    return await rewritten(place, tools, instruction, keeps_signatures=False)


async def _mended(place: Place, _arguments: Mapping[str, object], tools: Tools) -> Outcome:
    if not place.problems:
        return Nothing(Reason.NO_CODE_HERE)
    problem = place.problems[0]
    line = place.snapshot.line(place.snapshot.lines.at(problem.start)).strip()
    message = redact(f"{problem.message} (in `{line}`)", place.snapshot.language)
    start, end = _range_of(place, problem)
    instruction = instruction_of("fix", problem=" ".join(message.split()))
    return await rewritten(place, tools, instruction, start=start, end=end)


def _range_of(place: Place, problem: Problem) -> tuple[int, int]:
    """Return what to rewrite: the function around the problem, or its statement."""
    found = extent(place.snapshot, place.parsed, problem.start, problem.start, _FUNCTION_LINES)
    if found.start <= problem.start and problem.end <= found.end:
        return found.start, found.end
    return problem.start, max(problem.end, problem.start + 1)


def _by(action: str) -> Callable[[Place, Mapping[str, object], Tools], Awaitable[Outcome]]:
    async def perform(place: Place, _arguments: Mapping[str, object], tools: Tools) -> Outcome:
        made = await rewritten(place, tools, instruction_of(action), may_stay=True)
        if isinstance(made, Change):
            return replace(made, notes=(*made.notes, NOT_RUN))
        return made

    return perform


async def rewritten(
    place: Place,
    tools: Tools,
    instruction: str,
    *,
    keeps_signatures: bool = True,
    may_stay: bool = False,
    start: int | None = None,
    end: int | None = None,
) -> Outcome:
    """Return what comes of an instruction for the range, or for another one of the document."""
    if isinstance(tools.engine, Nothing):
        return tools.engine
    order = Order(
        place.snapshot,
        place.start if start is None else start,
        place.end if end is None else end,
        instruction,
        keeps_signatures,
        place.path,
        may_stay,
    )
    made = await looked_edit(
        order,
        tools.settings,
        tools.engine,
        tools.cancel,
        index=place.index,
        report=tools.report,
    )
    return outcome_of(made, place, "Written by Pillion")


EDIT = Action("edit", (REWRITE,), _no_offer, _edit)
SIMPLIFY = Action("simplify", (REWRITE,), _simplify, _by("simplify"))
COMPREHENSION = Action(
    "comprehension", (f"{REWRITE}.comprehension",), _comprehension, _by("comprehension")
)
FIX = Action("fix", (QUICK_FIX,), _fix, _mended)
