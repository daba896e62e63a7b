"""What was understood, shown before the code: a restatement, and examples to accept or reject.

The examples are those inputs on which the candidates differ, with what most of them do. An
accepted one becomes a test of the task (`Task.accepted`), an edited one with the outcome that the
user wrote; a rejected one (`Task.rejected`) rules out the candidates that do it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.clarify import rule
from pillion.assist.clarify.consider import weigh
from pillion.assist.clarify.evidence import key, value
from pillion.assist.clarify.task import Evidence, Example

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.assist.clarify.behaviour import Behaviours
    from pillion.assist.clarify.spec import Spec
    from pillion.assist.clarify.task import Budget, Task
    from pillion.engine.base import Cancel, Engine

LEAST, MOST = 3, 5
"""So many examples are shown, where there are so many that say something."""

_NEARLY = 0.8
"""Of the most that an input tells, as in `difference`."""

_LONGEST = 90
"""Characters of an example; a longer one is not read."""

_ORDER = re.compile(
    r"^(?:please )?(?:write|create|implement|make|define|add)(?: me)? (?:an?|the) (?:python )?"
    r"(?:function|method)(?: called| named)? `?\w+\([^()]*\)`?,? (?:that|which|to) ",
    re.IGNORECASE,
)
"""How a request begins; what follows says what the function does."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """To be shown before the code."""

    restatement: str
    examples: tuple[Example, ...]
    code: str
    """What would be written if all of them are accepted."""
    evidence: Evidence
    drafts: tuple[str, ...] = ()
    """All that was written, for `Task.drafts`."""


async def understand(
    task: Task,
    engine: Engine,
    budget: Budget,
    cancel: Cancel,
    report: Callable[[str], None] = lambda _: None,
) -> Understanding:
    """Return what a request for code was understood to mean.

    Raises `EngineError` when the model cannot answer.
    """
    view = await weigh(task, engine, budget, cancel, report)
    if view is None:
        return Understanding("", (), "", Evidence(samples=budget.samples))
    return understood(view)


def understood(view: rule.View) -> Understanding:
    """Return what drafts that are there make of a request."""
    answer = rule.answer(view)
    examples: tuple[Example, ...] = ()
    if view.seen:
        everyone = [index for group in view.held.groups for index in group]
        known = [one.call for one in (*view.spec.agreed, *view.task.rejected)]
        examples = telling(view.seen, everyone, MOST, known)
    drafts = tuple(one.code for one in view.candidates)
    return Understanding(restated(view.spec), examples, answer.code, answer.evidence, drafts)


def telling(
    seen: Behaviours, among: Sequence[int], most: int, known: Sequence[str] = ()
) -> tuple[Example, ...]:
    """Return up to `most` inputs with what most candidates do, the most telling first.

    Each tells apart candidates that those before it did not; where none is left that does, short
    ones with different outcomes show the rest. Of those that tell nearly as much, one without an
    empty argument says more of what is meant.
    """
    found: list[Example] = []
    parts = [list(among)]
    calls = [call for call in seen.calls if call not in known and len(call) <= _LONGEST]
    while len(found) < most and calls:
        gains = {call: _gain(seen, call, parts) for call in calls}
        near = [call for call in calls if gains[call] >= _NEARLY * max(gains.values())]
        call = min(near, key=lambda one: (_bare(one), -gains[one], len(one)))
        gain = gains[call]
        calls.remove(call)
        if gain <= 0 and len(found) >= LEAST:
            break
        example = _majority(seen, call, among)
        shown = {one.outcome for one in found}
        if example is None or (gain <= 0 and example.outcome in shown):
            continue
        found.append(example)
        parts = [piece for part in parts for piece in _split(seen, call, part)]
    return tuple(found)


def restated(spec: Spec) -> str:
    """Return the head and the words without the examples, as one line."""
    words = _ORDER.sub("", " ".join(spec.prose.split()))
    head = spec.head.removeprefix("def ").rstrip(":") or spec.name
    return f"`{head}`: {words}" if head else words


def _majority(seen: Behaviours, call: str, among: Sequence[int]) -> Example | None:
    """Return what most candidates do that return something; None where none does."""
    shares = seen.shares(call, among)
    values = [outcome for outcome in shares if value(outcome) and len(outcome) <= _LONGEST]
    if not values:
        return None
    return Example(call, max(values, key=lambda outcome: shares[outcome]))


def _gain(seen: Behaviours, call: str, parts: Sequence[Sequence[int]]) -> float:
    """Return how much an input tells apart within the parts that are alike so far."""
    total = 0.0
    for part in parts:
        weights = [seen.weight(piece) for piece in _split(seen, call, part)]
        whole = sum(weights)
        total -= sum(weight * math.log2(weight / whole) for weight in weights if weight)
    return round(total, 9)


def _bare(call: str) -> bool:
    return any(empty in call for empty in ("[]", "()", "''", "{}"))


def _split(seen: Behaviours, call: str, part: Sequence[int]) -> list[list[int]]:
    outcomes = seen.at(call)
    found: dict[str, list[int]] = {}
    for index in part:
        found.setdefault(key(outcomes[index]), []).append(index)
    return list(found.values())
