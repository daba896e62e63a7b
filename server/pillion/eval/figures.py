"""Statistics that the benchmarks report, and whether they reach an aim. Pure functions."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure, the bound it should keep, and whether it does."""

    value: float
    bound: float
    met: bool


def at_most(value: float, bound: float) -> Aim:
    """Return an aim that is met by `bound` or less; not a number never meets it."""
    return Aim(value, bound, value <= bound)


def at_least(value: float, bound: float) -> Aim:
    """Return an aim that is met by `bound` or more; not a number never meets it."""
    return Aim(value, bound, value >= bound)


def above(value: float, bound: float) -> Aim:
    """Return an aim that only more than `bound` meets; not a number never meets it."""
    return Aim(value, bound, value > bound)


def median(values: Sequence[float]) -> float:
    """Return the median; not a number where there are no values."""
    return statistics.median(values) if values else float("nan")


def mean(values: Sequence[float]) -> float:
    """Return the mean; not a number where there are no values."""
    return statistics.mean(values) if values else float("nan")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of `values` lie, between neighbours."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return count, median, p95 and largest value."""
    return {
        "n": len(values),
        "median": median(values),
        "p95": percentile(values, 0.95),
        "max": max(values, default=float("nan")),
    }


def ratio(ours: float, theirs: float) -> float:
    """Return `ours` / `theirs`; not a number where there is nothing to compare with."""
    return ours / theirs if theirs else float("nan")
