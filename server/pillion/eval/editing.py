"""The editing suite: does a change do what was asked for, told by the program's own tests?

Each task is judged two ways that share the model's first answer: `raw` is that answer, taken as it
is, `checked` is what Pillion makes of it, further rounds included. Where Pillion refuses, the
program stays as it was.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.edit import Edited, Look, Order, aim_of, edit
from pillion.assist.trying import Trying
from pillion.base.outcome import Nothing
from pillion.engine.base import Cancel
from pillion.eval.compare import Case
from pillion.eval.figures import Aim, above, at_most, mean, median
from pillion.eval.humaneval import judge, parses
from pillion.eval.metrics import wilson
from pillion.eval.paired import difference, pairs
from pillion.post.rewrite.align import applied
from pillion.sandbox.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.engine.base import Engine
    from pillion.eval.canitedit import Task

LIMITS = Limits(seconds=30.0, cpu_seconds=20)

WAYS = ("raw", "checked")


@dataclass(frozen=True, slots=True)
class Row:
    """One task judged one way."""

    task: str
    kind: str
    way: str
    passed: bool
    valid: bool
    """Python parses the program."""
    reference: bool
    """The right program passes, here and now; some need libraries that are not installed."""
    reason: str
    """Why there was no edit; empty where there was one."""
    edits: int
    outside: int
    """Edits that reach beyond the range that was asked for."""
    rounds: int
    total_ms: float
    stopped: str
    protection: str
    text: str

    @property
    def broken(self) -> bool:
        """An edit made a program that does not parse."""
        return not self.reason and not self.valid


async def judged(engine: Engine, task: Task, *, rounds: int) -> list[Row]:
    """Ask the model, and judge what it wrote and what Pillion made of it."""
    whole = (0, len(task.snapshot.text))
    order = Order(task.snapshot, *whole, task.instruction, keeps_signatures=False)
    started = time.perf_counter()
    made = await edit(
        order,
        engine,
        Cancel(),
        rounds=rounds,
        looks=[Look(Trying(task.instruction).look, insists=True)],
    )
    spent = (time.perf_counter() - started) * 1000
    sound, _ = await asyncio.to_thread(judge, task.program(task.reference), LIMITS)
    raw = made.answers[0] if made.answers else task.snapshot.text
    rows = [await _row(task, "raw", raw, reference=sound, reason="", edits=1, outside=0)]
    aim = aim_of(order)
    if isinstance(made, Edited) and not isinstance(aim, Nothing):
        outside = sum(
            not aim.extent.start <= one.start <= one.end <= aim.extent.end for one in made.edits
        )
        text = applied(task.snapshot.text, made.edits)
        count, reason = len(made.edits), ""
    else:
        text, outside, count = task.snapshot.text, 0, 0
        reason = "" if isinstance(made, Edited) else made.why.reason.value
    rows.append(
        await _row(
            task,
            "checked",
            text,
            reference=sound,
            reason=reason,
            edits=count,
            outside=outside,
            rounds=made.rounds,
            spent=spent,
        )
    )
    return rows


async def _row(
    task: Task,
    way: str,
    text: str,
    *,
    reference: bool,
    reason: str,
    edits: int,
    outside: int,
    rounds: int = 1,
    spent: float = 0.0,
) -> Row:
    passed, result = await asyncio.to_thread(judge, task.program(text), LIMITS)
    return Row(
        task=task.id,
        kind=task.kind,
        way=way,
        passed=passed,
        valid=parses(text),
        reference=reference,
        reason=reason,
        edits=edits,
        outside=outside,
        rounds=rounds,
        total_ms=spent,
        stopped=result.stopped or "",
        protection=result.protection.value,
        text=text,
    )


def summary(rows: Sequence[Row]) -> dict[str, dict[str, object]]:
    """Return the figures of each way, of all tasks and of each kind of instruction."""
    found: dict[str, dict[str, object]] = {}
    for way in WAYS:
        of = [row for row in rows if row.way == way]
        found[way] = _figures(of) | {
            kind: wilson(sum(row.passed for row in some), len(some))._asdict()
            for kind in dict.fromkeys(row.kind for row in of)
            if (some := [row for row in of if row.kind == kind])
        }
    return found


def gain(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Return by how much what is checked is better than the raw answer, 95 % interval."""
    both = pairs(rows, "raw", "checked")
    return {
        "pass_at_1": difference([(float(r.passed), float(c.passed)) for r, c in both])._asdict(),
        "valid": difference([(float(r.valid), float(c.valid)) for r, c in both])._asdict(),
    }


def cases(rows: Sequence[Row]) -> list[Case]:
    """Return what `pillion eval edit --compare` compares."""
    return [
        Case(
            row.task,
            row.way,
            {
                "pass_at_1": float(row.passed),
                "valid": float(row.valid),
                "edited": float(not row.reason),
                "rounds": row.rounds,
                "total_ms": row.total_ms,
            },
        )
        for row in rows
    ]


def aims(rows: Sequence[Row]) -> dict[str, Aim]:
    """Return what the suite is for."""
    checked = [row for row in rows if row.way == "checked"]
    more = mean([float(c.passed) - float(r.passed) for r, c in pairs(rows, "raw", "checked")])
    return {
        "pass@1, checked less raw": above(more, 0.0),
        "edits outside the range": at_most(sum(row.outside for row in checked), 0),
        "edits that break the syntax": at_most(sum(row.broken for row in checked), 0),
    }


def _figures(rows: Sequence[Row]) -> dict[str, object]:
    reasons = [row.reason for row in rows if row.reason]
    asked = [row.total_ms for row in rows if row.total_ms]
    return {
        "n": len(rows),
        "pass_at_1": wilson(sum(row.passed for row in rows), len(rows))._asdict(),
        "valid": wilson(sum(row.valid for row in rows), len(rows))._asdict(),
        "breaks_syntax": sum(row.broken for row in rows),
        "outside": sum(row.outside for row in rows),
        "reference_fails": sum(not row.reference for row in rows),
        "rounds": mean([row.rounds for row in rows]),
        "total_ms_median": median(asked),
        "reasons": {reason: reasons.count(reason) for reason in sorted(set(reasons))},
    }
