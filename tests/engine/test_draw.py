"""Tokens drawn by chance."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pillion.engine.base import Sampling
from pillion.engine.draw import draw, top

SHARES = (0.5, 0.3, 0.15, 0.05)
LOGITS = np.log(np.array(SHARES, np.float32))


def drawn(sampling: Sampling, times: int = 2000) -> Counter[int]:
    random = np.random.default_rng(sampling.seed)
    return Counter(draw(LOGITS, sampling, random) for _ in range(times))


def test_tokens_come_as_often_as_they_are_likely() -> None:
    found = drawn(Sampling(temperature=1.0, top_p=1.0))
    assert all(abs(found[token] / 2000 - share) < 0.04 for token, share in enumerate(SHARES))


def test_unlikely_tokens_are_left_out() -> None:
    assert set(drawn(Sampling(temperature=1.0, top_p=0.7))) == {0, 1}
    assert set(drawn(Sampling(temperature=1.0, top_k=1))) == {0}
    assert drawn(Sampling(temperature=0.1))[0] > 1950


def test_a_seed_draws_the_same() -> None:
    assert drawn(Sampling(temperature=1.0, seed=3)) == drawn(Sampling(temperature=1.0, seed=3))


@pytest.mark.parametrize("size", [1, 40, 255, 256, 5000, 151_936])
@pytest.mark.parametrize("count", [1, 40, 256])
def test_the_greatest_are_found(size: int, count: int) -> None:
    """Also with equal ones, and with minus infinity, which a grammar leaves."""
    random = np.random.default_rng(size + count)
    logits = np.round(random.standard_normal(size) * 3, 1).astype(np.float32)
    logits[random.random(size) < 0.2] = -np.inf
    found = top(logits, count)
    assert len(set(found)) == len(found) == min(size, count)
    assert np.array_equal(logits[found], -np.sort(-logits)[:count])
