"""The repair suite: how many wrong programs are fixed by one answer, and by the whole loop?

Both see half of a program's tests, the same half, at least one that fails. All of its tests judge
what comes of it: what passes the half and not the whole is overfitted, and was no fix.
The one shot is the model's first answer to the program and the failure; the loop goes on from it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.judging import Trials
from pillion.assist.repair import Answers, Fix, function_at, repair
from pillion.base.errors import UsageError
from pillion.engine.base import Cancel
from pillion.eval.compare import Case
from pillion.eval.figures import Aim, at_least, at_most, median, ratio
from pillion.eval.metrics import wilson
from pillion.sandbox.trial import Bounds, trial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.engine.base import Engine
    from pillion.eval.quixbugs import Program

WAYS = ("one shot", "loop")
PATIENCE = Bounds(each=5.0, whole=120.0)
"""For the judgement: the slowest right answer takes two seconds, on a busy machine more."""


@dataclass(frozen=True, slots=True)
class Row:
    """One program repaired one way."""

    program: str
    way: str
    claimed: bool
    """It passes the tests that were seen, and the loop is sure of it."""
    unsure: bool
    """The loop offers it as a fix that needs a look, since others that pass behave otherwise."""
    fixed: bool
    """All tests pass."""
    seen: int
    tests: int
    passed: int
    """Of all tests."""
    source: str
    rivals: int
    tried: int
    seconds: float
    text: str

    @property
    def overfitted(self) -> bool:
        """Whether something was called fixed that is not."""
        return self.claimed and not self.fixed


async def repaired(program: Program, engine: Engine, seed: int) -> list[Row]:
    """Repair a program both ways."""
    (before,) = await _judged(program, [program.text])
    seen = program.split(tuple(name for name, passed in before.items() if not passed), seed)
    judge = await Trials(program.name, seen, program.files).failing_first(program.text)
    function = function_at(program.text, 0, program.name)
    if function is None:
        raise UsageError(f"{program.name} does not parse.")
    answers = Answers()
    started = time.perf_counter()
    found = await repair(function, judge, engine, Cancel(), answers=answers)
    seconds = time.perf_counter() - started
    one = function.put(answers.first) if answers.first else program.text
    loop = found.document if isinstance(found, Fix) else program.text
    first, last = await _judged(program, [one, loop])
    names = {check.name for check in seen}
    claims = all(passed for name, passed in first.items() if name in names)
    return [
        Row(
            program=program.name,
            way="one shot",
            claimed=claims,
            unsure=False,
            fixed=all(first.values()),
            seen=len(seen),
            tests=len(first),
            passed=sum(first.values()),
            source="model",
            rivals=0,
            tried=1,
            seconds=answers.seconds,
            text=answers.first,
        ),
        Row(
            program=program.name,
            way="loop",
            claimed=isinstance(found, Fix) and found.sure,
            unsure=isinstance(found, Fix) and not found.sure,
            fixed=isinstance(found, Fix) and all(last.values()),
            seen=len(seen),
            tests=len(last),
            passed=sum(last.values()),
            source=found.source if isinstance(found, Fix) else "",
            rivals=found.rivals if isinstance(found, Fix) else 0,
            tried=found.tried,
            seconds=seconds,
            text=found.text if isinstance(found, Fix) else "",
        ),
    ]


async def _judged(program: Program, texts: Sequence[str]) -> list[dict[str, bool]]:
    """Return which tests each text passes, of all."""
    rows = await asyncio.to_thread(
        trial, texts, program.checks, PATIENCE, all_checks=True, files=program.files
    )
    names = [check.name for check in program.checks]
    return [{n: o.passed for n, o in zip(names, row, strict=True)} for row in rows]


def summary(rows: Sequence[Row]) -> dict[str, dict[str, object]]:
    """Return the figures of each way."""
    return {way: _figures([row for row in rows if row.way == way]) for way in WAYS}


def _figures(rows: Sequence[Row]) -> dict[str, object]:
    sources = [row.source for row in rows if row.claimed and row.fixed]
    return {
        "n": len(rows),
        "fixed": wilson(sum(_sound(row) for row in rows), len(rows))._asdict(),
        "overfitted": [row.program for row in rows if row.overfitted],
        "unsure": sum(row.unsure for row in rows),
        "unsure_and_right": sum(row.unsure and row.fixed for row in rows),
        "not_fixed": [row.program for row in rows if not (row.claimed or row.unsure)],
        "sources": {source: sources.count(source) for source in sorted(set(sources))},
        "median_seconds": median([row.seconds for row in rows]),
        "median_tried": median([float(row.tried) for row in rows]),
    }


def cases(rows: Sequence[Row]) -> list[Case]:
    """Return what `pillion eval repair --compare` compares."""
    return [
        Case(
            row.program,
            row.way,
            {
                "fixed": float(_sound(row)),
                "overfitted": float(row.overfitted),
                "tests_passed": row.passed / row.tests,
                "seconds": row.seconds,
            },
        )
        for row in rows
    ]


def aims(rows: Sequence[Row]) -> dict[str, Aim]:
    """Return what the suite is for."""
    one, loop = (sum(_sound(r) for r in rows if r.way == way) for way in WAYS)
    wrong = sum(row.overfitted for row in rows if row.way == "loop")
    return {
        "fixed by the loop / by one shot": at_least(ratio(loop, one), 2.0),
        "called fixed, and are not": at_most(wrong, 0),
    }


def _sound(row: Row) -> bool:
    return row.claimed and row.fixed
