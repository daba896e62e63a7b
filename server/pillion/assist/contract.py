"""The latency contract: how much to read and write, derived from this machine's measured speed.

A target in milliseconds is promised, not a number of tokens: a slow machine gets a smaller window
and a shorter suggestion instead of a time-out, a fast one all that the settings allow.
Pure arithmetic on measured figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.context.window import Budget

if TYPE_CHECKING:
    from pillion.base.settings import Settings
    from pillion.engine.base import Finish

CHARS_PER_TOKEN = 3.0
"""Source text per token, on the safe side: the default model's tokenizer needs one token for 3.2
to 4.1 characters of Python, TypeScript, Go, Rust and C. The engine cuts what still is too long."""

TYPED_LINES = 8
"""Line breaks that the typed part may span before the window moves on. A new line then
leaves prefix and suffix as they are, and only what was typed is read (docs/performance.md)."""

FIRST_GUESS = (100.0, 20.0)
"""Tokens per second read and written before anything was measured: two cores, default model."""

_LEARNING = 0.3
"""Weight of the newest measurement."""

_LEAST_READ, _LEAST_WRITTEN = 16, 4
"""Fewer tokens say little about speed: the call itself takes time."""

_LINE_TOKENS = 8
"""Tokens of a usual rest of a line, which must be written within the cold target, too."""

_BLOCK_TOKENS = 32
"""Where fewer tokens can be written in time, suggestions end with the line."""

_SUFFIX_SHARE = 0.25
"""Share of a quick window that stands behind the cursor."""

_WRITE_SECONDS = 2.5
"""A suggestion that takes longer is not waited for."""

_IDLE_SECONDS = 12.0
"""What takes longer to read while the user is idle comes too late: the cursor has moved on."""

_WINDOW_SHARE = 0.75
"""Share of its budgets that the document itself gets where code from elsewhere stands beside it.
More of either instead of the other made fewer lines right (docs/context.md)."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens per second."""

    read: float
    write: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What one request may use, and the speed that it was derived from."""

    speed: Speed

    full: Budget
    quick: Budget
    """For a place that the model has not read yet: as much as the cold target allows."""
    quick_tokens: int
    prompt_tokens: int
    """Tokens of a whole prompt at most: the full window, and code from elsewhere beside it."""
    max_tokens: int
    blocks: bool
    """Whether a suggestion may span lines."""

    def to_json(self) -> dict[str, float | bool]:
        """Return it for the status and the doctor: tokens per second, tokens, yes or no."""
        return {
            "readPerSecond": round(self.speed.read, 1),
            "writePerSecond": round(self.speed.write, 1),
            "firstWindow": self.quick_tokens,
            "window": int((self.full.before + self.full.after) / CHARS_PER_TOKEN),
            "suggestion": self.max_tokens,
            "blocks": self.blocks,
        }


class Meter:
    """The speed as measured so far; a running mean that follows the machine's load."""

    def __init__(self, speed: Speed | None = None) -> None:
        self.speed = speed or Speed(*FIRST_GUESS)

    def learn(self, finish: Finish) -> None:
        """Take note of what a generation took."""
        read, write = self.speed.read, self.speed.write
        if finish.evaluated_tokens >= _LEAST_READ and finish.prefill_ms > 0:
            read += _LEARNING * (finish.evaluated_tokens * 1000 / finish.prefill_ms - read)
        if finish.generated_tokens >= _LEAST_WRITTEN and finish.decode_ms > 0:
            write += _LEARNING * (finish.generated_tokens * 1000 / finish.decode_ms - write)
        self.speed = Speed(read, write)


def plan(speed: Speed, settings: Settings, *, elsewhere: bool = False) -> Plan:
    """Return what a request may use at this speed.

    With `elsewhere` the document shares its room with code from other places.
    """
    writing = _LINE_TOKENS / speed.write
    reading = max(0.2, settings.cold_ms / 1000 - writing)
    quick_tokens = max(48, int(speed.read * reading))
    share = _WINDOW_SHARE if elsewhere else 1.0
    full = _budget(settings.context_before * share, settings.context_after * share)
    after = min(settings.context_after, int(quick_tokens * _SUFFIX_SHARE))
    quick = _budget(min(settings.context_before, quick_tokens - after), after)
    affordable = max(_LINE_TOKENS, int(speed.write * _WRITE_SECONDS))
    return Plan(
        speed=speed,
        full=full,
        quick=quick,
        quick_tokens=quick_tokens,
        prompt_tokens=min(settings.prompt_tokens, int(speed.read * _IDLE_SECONDS)),
        max_tokens=min(settings.max_tokens, affordable),
        blocks=settings.lines == "auto" and affordable >= _BLOCK_TOKENS,
    )


def _budget(before: float, after: float) -> Budget:
    return Budget(int(before * CHARS_PER_TOKEN), int(after * CHARS_PER_TOKEN), TYPED_LINES)
