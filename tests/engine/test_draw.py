"""Tokens drawn by chance."""

from __future__ import annotations

from collections import Counter

import numpy as np

from pillion.engine.base import Sampling
from pillion.engine.draw import draw

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
