"""Several editor windows on one engine host: what they cost together, and do they disturb.

The questions are put by `pillion.commands.bench`, through real servers; here are the figures.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pillion.eval.figures import Aim, at_least, at_most, median, ratio, spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.eval.memory import Memory


@dataclass(frozen=True, slots=True)
class Asked:
    """One completion as a server reports it (`pillion/status`)."""

    evaluated: int
    prompt: int
    first_token_ms: float

    @property
    def from_cache(self) -> bool:
        """Whether the suggestion was there already, so that the model was not asked."""
        return self.prompt == 0


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that one run found."""

    one: Memory
    """One server and its host."""
    all: Memory
    """All servers and their host."""
    switching: Sequence[Asked]
    """The first completion in each window after the others were used."""
    idle: Sequence[Asked]
    with_chat: Sequence[Asked]
    chat_tokens: int
    """Tokens that the chat wrote meanwhile; none would mean that it was starved."""


def summary(found: Measured) -> dict[str, object]:
    """Return all figures; completions that needed no model are left out of the times."""
    return {
        "memory_one": found.one.to_json(),
        "memory_all": found.all.to_json(),
        "switching": [asdict(item) for item in found.switching],
        "switching_evaluated_share": spread(_shares(found.switching)),
        "first_token_ms_idle": spread(_times(found.idle)),
        "first_token_ms_with_chat": spread(_times(found.with_chat)),
        "chat_tokens": found.chat_tokens,
    }


def aims(found: Measured) -> dict[str, Aim]:
    """Return the figures with their bounds."""
    slower = ratio(median(_times(found.with_chat)), median(_times(found.idle)))
    # Not a number, and so not met, where no window was asked of the model.
    most = max(_shares(found.switching), default=float("nan"))
    fewest = min(len(_times(found.with_chat)), len(_times(found.idle)))
    return {
        "completions_timed": at_least(fewest, 10),
        "memory_ratio": at_most(ratio(found.all.resident, found.one.resident), 1.3),
        "switching_evaluated_share": at_most(most, 0.05),
        "first_token_ratio_with_chat": at_most(slower, 2.0),
    }


def _shares(asked: Sequence[Asked]) -> list[float]:
    return [item.evaluated / item.prompt for item in asked if not item.from_cache]


def _times(asked: Sequence[Asked]) -> list[float]:
    return [item.first_token_ms for item in asked if not item.from_cache]
