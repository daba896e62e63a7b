"""A function chosen among drafts: by agreement, and by examples that a user accepts or rejects.

The user is simulated: the reference tells whether an example is right, and else what is. It is
never shown to the model. What was accepted is part of the request from then on, as in the product:
drafts are written for it, beside those that are there, and where none does it, one is mended.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.assist.clarify import rule
from pillion.assist.clarify.behaviour import outcomes
from pillion.assist.clarify.candidates import draft
from pillion.assist.clarify.consider import weigh
from pillion.assist.clarify.evidence import same, value
from pillion.assist.clarify.spec import read
from pillion.assist.clarify.task import Budget, Example, Task
from pillion.assist.clarify.understanding import telling
from pillion.engine.base import Cancel
from pillion.eval.compare import Case
from pillion.eval.humaneval import judge
from pillion.eval.infilling import LIMITS
from pillion.eval.metrics import wilson
from pillion.eval.paired import difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.engine.base import Engine
    from pillion.eval.humaneval import Exercise

WAYS = ("one_shot", "agreement", "one_verdict", "one_test", "three_tests", "any")
"""The likeliest draft; the one that does what most others do; that among the same drafts after the
user said whether one example is right; what is written after the user accepted one example, as it
is or with the right value; after three; and whether any of the first drafts is right."""


@dataclass(frozen=True, slots=True)
class Row:
    """One function."""

    task: str
    one_shot: bool
    agreement: bool
    one_verdict: bool
    one_test: bool
    three_tests: bool
    any: bool
    """Whether the tests pass, in each way."""
    drafts: int
    """Different ones."""
    share: float
    """Of the largest group."""
    examples: str
    said: str
    """What the user said to each."""


async def measure(exercise: Exercise, engine: Engine, budget: Budget) -> Row:
    """Write drafts and choose in all ways. Raises `EngineError` when the model cannot answer."""
    task, cancel = task_of(exercise), Cancel()
    drafts = await draft(read(task), engine, budget, cancel)
    view = await weigh(task, engine, budget, cancel)
    if view is None or view.seen is None:
        return Row(exercise.id, False, False, False, False, False, False, 0, 0.0, "", "")
    everyone = [index for group in view.held.groups for index in group]
    shown = telling(view.seen, everyone, 3)
    name = read(task).name
    truths = await asyncio.to_thread(
        outcomes, exercise.reference, name, [one.call for one in shown]
    )
    pairs = list(zip(shown, truths, strict=True))
    verdict = rule.held_against(view, told(task, pairs[:1]))
    chosen = {
        "agreement": rule.answer(view).code,
        "one_verdict": rule.answer(verdict).code,
    }
    before = tuple(one.code for one in view.candidates)
    for way, tests in (("one_test", pairs[:1]), ("three_tests", pairs)):
        accepted = replace(told(task, tests, edits=True), drafts=before)
        chosen[way] = chosen["agreement"]
        if accepted.accepted and (again := await weigh(accepted, engine, budget, cancel)):
            chosen[way] = rule.answer(again).code
    codes = {*chosen.values(), *(one.code for one in drafts)}
    passes = {code: await _passes(exercise, code) for code in codes}
    groups = [view.seen.weight(group) for group in view.held.groups]
    return Row(
        task=exercise.id,
        one_shot=passes[drafts[0].code],
        **{way: passes[code] for way, code in chosen.items()},
        any=any(passes[one.code] for one in drafts),
        drafts=len(drafts),
        share=groups[0] / sum(groups),
        examples=" | ".join(f"{name}({one.call}) == {one.outcome}" for one in shown),
        said=" | ".join(_said(one, truth) for one, truth in zip(shown, truths, strict=True)),
    )


def task_of(exercise: Exercise) -> Task:
    """Return the head and docstring of an exercise as a request."""
    return Task("", exercise.snapshot.text[: exercise.offset].rstrip() + "\n")


def told(task: Task, examples: Sequence[tuple[Example, str]], *, edits: bool = False) -> Task:
    """Return the task after the user saw examples, each beside what the reference gives.

    With `edits` the user writes the right outcome instead of only saying that one is wrong. Where
    the reference fails the user says nothing: such a call does not happen.
    """
    accepted, rejected = [], []
    for example, truth in examples:
        if same(example.outcome, truth):
            accepted.append(example)
        elif value(truth) and edits:
            accepted.append(Example(example.call, truth))
        elif value(truth):
            rejected.append(example)
    return replace(task, accepted=tuple(accepted), rejected=tuple(rejected))


def summary(rows: Sequence[Row]) -> dict[str, object]:
    """Return pass@1 of each way, and each step less the one before, on the same tasks."""
    return {
        "n": len(rows),
        "pass_at_1": {
            way: wilson(sum(getattr(row, way) for row in rows), len(rows))._asdict() for way in WAYS
        },
        "steps": {
            f"{of}_less_{than}": difference(
                [(float(getattr(row, than)), float(getattr(row, of))) for row in rows]
            )._asdict()
            for than, of in (
                ("one_shot", "agreement"),
                ("agreement", "one_verdict"),
                ("agreement", "one_test"),
                ("one_test", "three_tests"),
                ("one_shot", "one_test"),
            )
        },
    }


def cases(rows: Sequence[Row]) -> list[Case]:
    """Return what `pillion eval functions --compare` compares."""
    return [
        Case(row.task, "drafts", {way: float(getattr(row, way)) for way in WAYS}) for row in rows
    ]


async def _passes(exercise: Exercise, code: str) -> bool:
    passed, _ = await asyncio.to_thread(judge, exercise.program(code), LIMITS)
    return passed


def _said(example: Example, truth: str) -> str:
    if same(example.outcome, truth):
        return "accepted"
    return f"rejected: {truth}" if value(truth) else "cannot happen"
