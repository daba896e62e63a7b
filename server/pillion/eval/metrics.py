"""How good a suggestion is, compared with what was really written there. Pure functions."""

from __future__ import annotations

import math
from os.path import commonprefix
from typing import NamedTuple


def exact(truth: str, got: str) -> bool:
    """Whether `got` is `truth`, blanks at either end aside."""
    return truth.strip() == got.strip()


def kept_prefix(truth: str, got: str) -> float:
    """Return the share of `truth` that `got` gets right from its start, cut at a word border.

    From 0 to 1. It is what a user keeps who accepts the suggestion word by word until it goes
    wrong. Blanks at the end do not count.
    """
    truth, got = truth.rstrip(), got.rstrip()
    if not truth:
        return 1.0 if not got else 0.0
    same = len(commonprefix([truth, got]))  # noqa: RUF071 - these are texts, not paths.
    if same == len(truth) and (same == len(got) or _border(got, same)):
        return 1.0
    while same and not (_border(truth, same) and _border(got, same)):
        same -= 1
    return same / len(truth)


def _border(text: str, at: int) -> bool:
    if at <= 0 or at >= len(text):
        return True
    left, right = text[at - 1], text[at]
    return not ((left.isalnum() or left == "_") and (right.isalnum() or right == "_"))


def finishes_word(truth: str, got: str) -> bool:
    """Whether `got` finishes the word that `truth` goes on with, and goes on no further."""
    return _word(truth) == _word(got)


def _word(text: str) -> str:
    size = next((at for at, char in enumerate(text) if not (char.isalnum() or char == "_")), None)
    return text[:size]


class Interval(NamedTuple):
    """A share and its 95 % confidence interval."""

    share: float
    low: float
    high: float


def wilson(hits: int, n: int) -> Interval:
    """Return the share `hits / n` with its 95 % Wilson score interval (Wilson, 1927)."""
    if n == 0:
        return Interval(0.0, 0.0, 1.0)
    z = 1.959963984540054
    share = hits / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(share, centre - half, centre + half)
