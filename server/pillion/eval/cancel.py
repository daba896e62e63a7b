"""Cancelling measured: how soon the engine is free inside a long prefill, and what is kept.

Each trial reads a prompt of some 1,500 tokens of real source that the engine has not seen, is
cancelled at a random moment inside it, and times how long it takes until the stream has ended:
then the engine is free for the next request. The same prompt is then asked again; every token that
was finished before the cancel must not be evaluated again.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.engine.base import Cancel, FinishReason, Request
from pillion.eval.figures import Aim, at_least, at_most, spread
from pillion.prompt.model_input import Prompt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from pillion.engine.base import Engine, Finish

PROMPT_CHARS = 7200
"""About 1,500 tokens of Python or TypeScript."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One cancelled prefill and the request after it."""

    prompt_tokens: int
    finished_tokens: int
    """Evaluated before the cancel took effect."""
    after_ms: float
    """When the cancel came, from the start of the request."""
    free_ms: float
    """From the cancel until the engine was free."""
    inside: bool
    """Whether the cancel came inside the prefill, not after its end."""
    evaluated_again: int
    """Finished tokens that the next request evaluated once more."""


def prompts(files: Sequence[Path], *, count: int, seed: int) -> list[str]:
    """Choose `count` pieces of source of `PROMPT_CHARS`, each with a beginning of its own."""
    chooser = random.Random(seed)  # noqa: S311 - not a secret.
    texts = [path.read_text(encoding="utf-8") for path in files]
    able = [text for text in texts if len(text) > PROMPT_CHARS]
    if not able:
        return []
    found = []
    for number in range(count):
        text = able[number % len(able)]
        start = text.find("\n", chooser.randrange(len(text) - PROMPT_CHARS)) + 1
        piece = text[start : start + PROMPT_CHARS]
        # The number keeps two pieces of one file from beginning alike.
        found.append(f"# {number}\n{piece}")
    return found


async def run(engine: Engine, texts: Sequence[str], seed: int) -> AsyncIterator[Trial]:
    """Cancel once inside each prompt; the first prompt is read whole, to learn how long it takes.

    The moments lie between 5 % and 85 % of what a whole prefill took.
    """
    chooser = random.Random(seed)  # noqa: S311 - not a secret.
    whole = (await _read(engine, texts[0], Cancel())).prefill_ms / 1000
    for text in texts[1:]:
        after = chooser.uniform(0.05, 0.85) * whole
        cancel = Cancel()
        reading = asyncio.create_task(_read(engine, text, cancel))
        started = time.perf_counter()
        await asyncio.sleep(after)
        asked = time.perf_counter()
        cancel.set()
        first = await reading
        free = time.perf_counter() - asked
        second = await _read(engine, text, Cancel())
        again = second.evaluated_tokens - (second.prompt_tokens - first.evaluated_tokens)
        yield Trial(
            second.prompt_tokens,
            first.evaluated_tokens,
            (asked - started) * 1000,
            free * 1000,
            first.reason is FinishReason.CANCELLED and first.evaluated_tokens < first.prompt_tokens,
            max(0, again),
        )


def summary(trials: Sequence[Trial]) -> dict[str, object]:
    """Return the figures of all trials inside the prefill."""
    inside = [trial for trial in trials if trial.inside]
    return {
        "trials": len(trials),
        "inside_prefill": len(inside),
        "prompt_tokens": spread([trial.prompt_tokens for trial in inside]),
        "finished_tokens": spread([trial.finished_tokens for trial in inside]),
        "free_ms": spread([trial.free_ms for trial in inside]),
        "evaluated_again": sum(trial.evaluated_again for trial in inside),
    }


def aims(trials: Sequence[Trial]) -> dict[str, Aim]:
    """Return the figures with their bounds."""
    inside = [trial for trial in trials if trial.inside]
    return {
        "inside_prefill": at_least(len(inside), 10),
        "prompt_tokens": at_least(min((t.prompt_tokens for t in inside), default=0), 1200),
        "free_ms_p95": at_most(spread([trial.free_ms for trial in inside])["p95"], 100),
        "evaluated_again": at_most(sum(trial.evaluated_again for trial in inside), 0),
    }


async def _read(engine: Engine, text: str, cancel: Cancel) -> Finish:
    request = Request(Prompt((text,)), 1, session="bench", speculate=False)
    async for chunk in engine.stream(request, cancel):
        if chunk.finish:
            return chunk.finish
    raise AssertionError("the stream ended without a finish")
