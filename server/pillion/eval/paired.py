"""Two ways compared on the same cases: the mean difference, and how sure it is. Pure."""

from __future__ import annotations

import random
import statistics
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

RESAMPLES = 10_000

R = TypeVar("R", bound="Judged")


class Difference(NamedTuple):
    """A mean difference, second less first, and its 95 % interval."""

    mean: float
    low: float
    high: float
    n: int


class Judged(Protocol):
    """A row of a suite: one task, done one way."""

    @property
    def task(self) -> str:
        """Which task."""

    @property
    def way(self) -> str:
        """Which way."""


def pairs(rows: Sequence[R], first: str, second: str) -> list[tuple[R, R]]:
    """Return the rows of each task that was done both ways."""
    seconds = {row.task: row for row in rows if row.way == second}
    return [(row, seconds[row.task]) for row in rows if row.way == first and row.task in seconds]


def difference(pairs: Sequence[tuple[float, float]], seed: int = 1) -> Difference:
    """Return the paired bootstrap of ``second - first`` over cases (percentiles)."""
    gaps = [second - first for first, second in pairs]
    if not gaps:
        return Difference(float("nan"), float("nan"), float("nan"), 0)
    rng = random.Random(seed)  # noqa: S311 - statistics, no secret.
    size = len(gaps)
    means = sorted(statistics.fmean(rng.choices(gaps, k=size)) for _ in range(RESAMPLES))
    low, high = means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES)]
    return Difference(statistics.fmean(gaps), low, high, size)
