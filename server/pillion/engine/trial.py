"""Whether drafts change nothing: tried out on what the model has just written.

llama.cpp chooses a kernel by the number of rows in a call, and kernels add up in different orders.
Logits of one row and of several are the same, bit for bit, only where the same kernel serves both.
That depends on the processor, the model and how llama.cpp was built (docs/performance.md has the
three places where the default model's kernels part). So no draft is made before tokens that were
evaluated one by one were evaluated again in calls of every size that drafts lead to, with the same
logits. That takes a fifth of a second, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pillion.engine.cells import Cells
    from pillion.engine.decodable import DecodableModel

SIZES = ((4, 4), (3, 3, 2))
"""Rows of the calls that are tried out: every size that a draft of up to three tokens leads to."""

TOKENS = 8
"""Tokens evaluated again."""

LEAST_HELD = 256 + TOKENS
"""A shorter prompt proves nothing: attention over more than 256 cells may take another path."""


class Trial:
    """What is known of one model so far."""

    def __init__(self) -> None:
        self.passed: bool | None = None
        """None before the first trial that came to an end."""

    def run(
        self, model: DecodableModel, cells: Cells, alone: Sequence[NDArray[np.float32]]
    ) -> bool:
        """Evaluate the last tokens again, as drafts do; `alone` are their logits one by one.

        If True, the cache holds what it held, and the logits of the last token can be read.
        Otherwise the trial failed, or was aborted, and the last tokens are no longer as they were.
        """
        start = len(cells.held) - TOKENS
        tokens = cells.held[start:]
        for sizes in SIZES:
            cells.cut(model, start)
            at = 0
            for rows in sizes:
                if not cells.evaluate(model, tokens[at : at + rows], rows):
                    return False
                for row in range(rows):
                    if not np.array_equal(model.logits(row - rows), alone[at + row]):
                        self.passed = False
                        return False
                at += rows
        self.passed = True
        return True
