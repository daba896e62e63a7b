"""Two ways compared on the same cases: the mean difference, and how sure it is. Pure."""

from __future__ import annotations

import random
import statistics
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

RESAMPLES = 10_000


class Difference(NamedTuple):
    """A mean difference, second less first, and its 95 % interval."""

    mean: float
    low: float
    high: float
    n: int


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
