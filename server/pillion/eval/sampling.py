"""Samples measured: what several outputs cost side by side, and one after the other.

Each prompt is a piece of real source that goes on. It is read once; then its outputs are written
side by side in every number, and four of them one after the other, in turn, so that the machine's
other load hits all alike. Both ways draw the same tokens, which is counted, too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.engine.base import Cancel, Request, Sampling, Written, write
from pillion.eval.figures import Aim, at_least, at_most, median
from pillion.prompt.model_input import Prompt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from pillion.engine.base import Engine

NUMBERS = (1, 2, 4, 8)

COMPARED = 4
"""So many samples are written one after the other, too."""

PROMPT_CHARS = 1600

SAMPLING = Sampling(temperature=0.8, seed=1)


@dataclass(frozen=True, slots=True)
class Trial:
    """One prompt."""

    prompt_tokens: int
    step_ms: dict[int, float]
    """By the number of samples: what it took to give each of them one more token."""
    together_ms: float
    """Four samples side by side, the prompt read before."""
    in_turn_ms: float
    """The same, one after the other."""
    same: bool
    """Whether both gave the same texts."""


async def run(engine: Engine, texts: Sequence[str], tokens: int) -> AsyncIterator[Trial]:
    """Write `tokens` tokens behind each text, in each way."""
    for text in texts:
        request = Request(Prompt((text[:PROMPT_CHARS],)), tokens, SAMPLING, session="bench")
        await write(engine, replace(request, max_tokens=1), Cancel())
        step_ms = {}
        for number in NUMBERS:
            found, took = await _timed(engine, replace(request, samples=number, speculate=False))
            longest = max(item.finish.generated_tokens for item in found)
            step_ms[number] = took / max(1, longest)
        several = replace(request, samples=COMPARED)
        together, together_ms = await _timed(engine, several)
        in_turn, in_turn_ms = [], 0.0
        for sample in range(COMPARED):
            (one,), took = await _timed(engine, several.alone(sample))
            in_turn.append(one)
            in_turn_ms += took
        yield Trial(
            together[0].finish.prompt_tokens,
            step_ms,
            together_ms,
            in_turn_ms,
            [item.text for item in together] == [item.text for item in in_turn],
        )


def summary(trials: Sequence[Trial]) -> dict[str, object]:
    """Return the figures of all trials."""
    return {
        "trials": len(trials),
        "prompt_tokens": median([trial.prompt_tokens for trial in trials]),
        "step_ms": {
            str(number): median([trial.step_ms[number] for trial in trials]) for number in NUMBERS
        },
        "together_ms": median([trial.together_ms for trial in trials]),
        "in_turn_ms": median([trial.in_turn_ms for trial in trials]),
        "ratio": median([trial.together_ms / trial.in_turn_ms for trial in trials]),
        "same": sum(trial.same for trial in trials),
    }


def aims(trials: Sequence[Trial]) -> dict[str, Aim]:
    """Return the figures with their bounds."""
    ratios = [trial.together_ms / trial.in_turn_ms for trial in trials]
    return {
        "ratio": at_most(median(ratios), 0.6),
        "same": at_least(sum(trial.same for trial in trials), len(trials)),
    }


async def _timed(engine: Engine, request: Request) -> tuple[list[Written], float]:
    started = time.perf_counter()
    found = await write(engine, request, Cancel())
    return found, (time.perf_counter() - started) * 1000
