"""A token drawn by chance: temperature, then top-k, then top-p."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pillion.engine.base import Sampling


def draw(logits: NDArray[np.float32], sampling: Sampling, random: np.random.Generator) -> int:
    """Return a token, drawn from logits of shape (vocabulary,) as `sampling` says."""
    size = min(max(1, sampling.top_k), len(logits))
    top = np.argpartition(logits, -size)[-size:]
    top = top[np.argsort(-logits[top], kind="stable")]
    scaled = logits[top].astype(np.float64) / sampling.temperature
    weights = np.exp(scaled - scaled[0])
    weights /= weights.sum()
    kept = int(np.searchsorted(np.cumsum(weights), sampling.top_p)) + 1
    weights = weights[:kept] / weights[:kept].sum()
    return int(random.choice(top[:kept], p=weights))
