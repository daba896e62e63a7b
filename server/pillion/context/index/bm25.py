"""How alike a chunk is to the words that were searched for: BM25, with SQLite's own constants.

SQLite ranks by the rare words only, which makes it quick; this ranks what it found, and the
chunks of open documents beside it, by all of them. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_K1 = 1.2
_B = 0.75


@dataclass(frozen=True, slots=True)
class Corpus:
    """What must be known of all chunks together."""

    chunks: int
    average: float
    """Words in a chunk, on average."""


def weights(frequencies: Mapping[str, int], corpus: Corpus) -> dict[str, float]:
    """Return how much each word says: the fewer chunks have it, the more."""
    # Both are counted now and then while the index grows, not at the same moment.
    total = max([1, corpus.chunks, *frequencies.values()])
    return {
        # Never negative: a word that is nearly everywhere says nothing.
        word: max(1e-6, math.log((total - count + 0.5) / (count + 0.5)))
        for word, count in frequencies.items()
    }


def score(words: Sequence[str], wanted: Mapping[str, float], average: float) -> float:
    """Return the score of a chunk that consists of `words`."""
    counts: dict[str, int] = {}
    for word in words:
        if word in wanted:
            counts[word] = counts.get(word, 0) + 1
    length = _K1 * (1 - _B + _B * len(words) / max(1.0, average))
    return sum(
        wanted[word] * count * (_K1 + 1) / (count + length) for word, count in counts.items()
    )
