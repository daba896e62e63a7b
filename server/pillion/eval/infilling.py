"""The infilling suite: is the missing line right, told by running the function's own tests?

Each task is answered in all ways (`pillion.eval.asking`) at the same cursor by the same model, so
that the difference is what Pillion makes of it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.eval.compare import Case
from pillion.eval.figures import Aim, at_least, mean, median, percentile
from pillion.eval.humaneval import judge, parses
from pillion.eval.metrics import exact, kept_prefix, wilson
from pillion.eval.paired import difference, pairs
from pillion.eval.similarity import bleu, edit_similarity
from pillion.sandbox.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pillion.eval.asking import Said
    from pillion.eval.humaneval import Exercise

LIMITS = Limits(seconds=20.0, cpu_seconds=10)
"""A right answer takes a tenth of a second; the clock also runs while others use the machine."""


@dataclass(frozen=True, slots=True)
class Row:
    """One task answered one way."""

    task: str
    way: str
    passed: bool
    valid: bool
    """Python parses the function with the answer in it."""
    reference: bool
    """The true line passes and parses, here and now."""
    reason: str
    """Why nothing was shown; empty where something was."""
    exact: bool
    kept: float
    similarity: float
    bleu: float | None
    code_bleu: float | None
    prompt_tokens: int
    generated_tokens: int
    first_ms: float
    total_ms: float
    confidence: float | None
    stopped: str
    """The limit that ended the program, if one did."""
    protection: str
    truth: str
    text: str
    replaced: int

    @property
    def said(self) -> bool:
        """Whether there was something to insert."""
        return not self.reason


async def judged(task: Exercise, answers: Mapping[str, Said]) -> list[Row]:
    """Judge the answers to a task, way to what was said."""
    passes, _ = await asyncio.to_thread(judge, task.program(task.reference), LIMITS)
    sound = passes and parses(task.reference)
    return [await _row(task, way, said, reference=sound) for way, said in answers.items()]


async def _row(task: Exercise, way: str, said: Said, *, reference: bool) -> Row:
    document = said.insert(task.snapshot, task.offset)
    passed, result = await asyncio.to_thread(judge, task.program(document), LIMITS)
    scores = bleu(task.truth, said.text, "python")
    return Row(
        task=task.id,
        way=way,
        passed=passed,
        valid=parses(document),
        reference=reference,
        reason=said.reason,
        exact=exact(task.truth, said.text),
        # The indentation is the editor's or the model's to write; it is no one's merit.
        kept=kept_prefix(task.truth.lstrip(), said.text.lstrip()),
        similarity=edit_similarity(task.truth, said.text),
        bleu=scores.bleu if scores else None,
        code_bleu=scores.code_bleu if scores else None,
        prompt_tokens=said.prompt_tokens,
        generated_tokens=said.generated_tokens,
        first_ms=said.first_ms,
        total_ms=said.total_ms,
        confidence=said.confidence,
        stopped=result.stopped or "",
        protection=result.protection.value,
        truth=task.truth,
        text=said.text,
        replaced=said.replaced,
    )


def summary(rows: Sequence[Row]) -> dict[str, dict[str, object]]:
    """Return the figures of each way."""
    return {way: _figures(_of(rows, way)) for way in dict.fromkeys(row.way for row in rows)}


def gains(rows: Sequence[Row], than: str, of: str = "shown") -> dict[str, dict[str, float]]:
    """Return by how much one way is better than another on the same tasks, 95 % intervals."""
    both = pairs(rows, than, of)
    measures: dict[str, Callable[[Row], float]] = {
        "pass_at_1": lambda row: float(row.passed),
        "valid": lambda row: float(row.valid),
        "exact": lambda row: float(row.exact),
        "kept_prefix": lambda row: row.kept,
        "edit_similarity": lambda row: row.similarity,
    }
    return {
        name: difference([(value(a), value(b)) for a, b in both])._asdict()
        for name, value in measures.items()
        if both
    }


def cases(rows: Sequence[Row]) -> list[Case]:
    """Return what `pillion eval infill --compare` compares."""
    return [
        Case(
            row.task,
            row.way,
            {
                "pass_at_1": float(row.passed),
                "valid": float(row.valid),
                "exact": float(row.exact),
                "kept_prefix": row.kept,
                "edit_similarity": row.similarity,
                "something_said": float(row.said),
                "generated_tokens": row.generated_tokens,
                "total_ms": row.total_ms,
            },
        )
        for row in rows
    ]


def aims(rows: Sequence[Row]) -> dict[str, Aim]:
    """Return what the suite is for: what is shown is right more often, and always valid."""
    both = pairs(rows, "raw", "shown")
    gain = mean([float(s.passed) - float(r.passed) for r, s in both])
    shown = [row for row in _of(rows, "shown") if row.said and row.reference]
    valid = mean([float(row.valid) for row in shown])
    return {
        "pass@1, shown less raw": at_least(gain, 0.10),
        "valid, where something is shown": at_least(valid, 0.99),
    }


def _figures(rows: Sequence[Row]) -> dict[str, object]:
    sound = [row for row in rows if row.reference]
    said = [row for row in sound if row.said]
    bleus = [row.bleu for row in rows if row.bleu is not None]
    code_bleus = [row.code_bleu for row in rows if row.code_bleu is not None]
    reasons = [row.reason for row in rows if row.reason]
    return {
        "n": len(rows),
        "pass_at_1": wilson(sum(row.passed for row in rows), len(rows))._asdict(),
        "valid": wilson(sum(row.valid for row in sound), len(sound))._asdict(),
        "something_said": len(said),
        "valid_of_said": wilson(sum(row.valid for row in said), len(said))._asdict(),
        "exact": wilson(sum(row.exact for row in rows), len(rows))._asdict(),
        "kept_prefix": mean([row.kept for row in rows]),
        "edit_similarity": mean([row.similarity for row in rows]),
        "bleu": mean(bleus),
        "code_bleu": mean(code_bleus),
        "generated_tokens": mean([row.generated_tokens for row in rows]),
        "prompt_tokens": mean([row.prompt_tokens for row in rows]),
        "first_ms_median": median([row.first_ms for row in rows]),
        "total_ms_median": median([row.total_ms for row in rows]),
        "total_ms_p95": percentile([row.total_ms for row in rows], 0.95),
        "reference_fails": sum(not row.reference for row in rows),
        "stopped": sum(bool(row.stopped) for row in rows),
        "reasons": {reason: reasons.count(reason) for reason in sorted(set(reasons))},
    }


def _of(rows: Sequence[Row], way: str) -> list[Row]:
    return [row for row in rows if row.way == way]
