"""The input that tells candidates apart best, and shortest: what a question is about. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.clarify.behaviour import LOOPS, NOTHING
from pillion.assist.clarify.evidence import key, value

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from pillion.assist.clarify.behaviour import Behaviours

MOST_CHOICES = 3
"""More behaviours than these are not compared at a glance."""

_NEARLY = 0.8
"""An input that tells apart so much as the best one may be chosen for being shorter."""

_LONGEST = 48
"""Characters of a choice."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An input, and the different things that candidates do there, the most usual first."""

    call: str
    outcomes: tuple[str, ...]
    spread: float
    """Entropy over the samples, in bits."""


def difference(
    behaviours: Behaviours, among: Sequence[int], known: Sequence[str] = ()
) -> Difference | None:
    """Return the most telling input; None where all do the same, but for failing.

    Inputs whose outcome is `known` tell nothing.
    """
    found = []
    for call in behaviours.calls:
        shares = _merged(behaviours.shares(call, among))
        returned = {outcome: n for outcome, n in shares.items() if value(outcome)}
        if call in known or not returned or len(shares) < 2:
            continue
        found.append((_entropy(shares), call, shares))
    if not found:
        return None
    most = max(spread for spread, _, _ in found)
    near = [one for one in found if one[0] >= _NEARLY * most]
    spread, call, shares = min(near, key=lambda one: (_size(one[1], one[2]), -one[0]))
    said = [outcome for outcome in sorted(shares, key=lambda o: -shares[o]) if outcome != NOTHING]
    return Difference(call, tuple(said[:MOST_CHOICES]), spread)


def typical(behaviours: Behaviours, among: Sequence[int]) -> Difference | None:
    """Return an input that shows what they do: short, and with an outcome that says something."""
    best = None
    seen: dict[str, int] = {}
    for call in behaviours.calls:
        for outcome in _merged(behaviours.shares(call, among)):
            seen[outcome] = seen.get(outcome, 0) + 1
    for call in behaviours.calls:
        shares = _merged(behaviours.shares(call, among))
        outcome = max(shares, key=lambda o: shares[o], default="")
        if not value(outcome) or outcome in {"None", "''", "[]", "()", "{}"}:
            continue
        bare = any(empty in call for empty in ("[]", "()", "''", "{}"))
        rank = (seen[outcome] + bare * len(seen), _size(call, shares))
        if best is None or rank < best[0]:
            best = (rank, Difference(call, (outcome,), 0.0))
    return best[1] if best else None


def phrase(outcome: str) -> str:
    """Return an outcome in words: "return 0", "raise ValueError"."""
    if outcome.startswith("raises "):
        return f"raise {outcome.removeprefix('raises ')}"
    if outcome == LOOPS:
        return "run on without end"
    return f"return {outcome}"


def _merged(shares: Counter[str]) -> dict[str, int]:
    """Return the shares with equal outcomes under one text."""
    texts: dict[str, str] = {}
    found: dict[str, int] = {}
    for outcome, count in shares.items():
        text = texts.setdefault(key(outcome), outcome)
        found[text] = found.get(text, 0) + count
    return found


def _entropy(shares: dict[str, int]) -> float:
    total = sum(shares.values())
    return -sum(n / total * math.log2(n / total) for n in shares.values() if n)


def _size(call: str, shares: dict[str, int]) -> int:
    """Return how much there is to read; long outcomes count double, failing ones a little."""
    worst = max(map(len, shares))
    failing = sum(not value(outcome) for outcome in shares)
    return len(call) + worst + 25 * failing + (200 if worst > _LONGEST else 0)
