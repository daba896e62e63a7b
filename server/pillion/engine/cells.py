"""What the KV cache holds: the tokens of each sequence, and the sequences of each session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pillion.engine.decodable import DecodableModel


@dataclass
class Cells:
    """What the KV cache holds of one sequence."""

    sequence: int
    held: list[int] = field(default_factory=list)
    shared: int = 0
    """So many tokens at its start are in the cells of another sequence, too."""
    answered: list[int] = field(default_factory=list)
    """The last prompt that was evaluated whole; `logits` come after it."""
    logits: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))

    def evaluate(self, model: DecodableModel, tokens: Sequence[int], rows: int = 1) -> bool:
        """Evaluate behind what is held; False when aborted, and then what was finished is held."""
        done = False
        try:
            done = model.decode(tokens, len(self.held), self.sequence, rows)
        finally:
            self.held.extend(tokens)
            if not done:
                del self.held[model.held(self.sequence) :]
        return done

    def cut(self, model: DecodableModel, length: int) -> None:
        """Keep the first `length` tokens."""
        if length < len(self.held):
            model.forget(length, self.sequence)
            del self.held[model.held(self.sequence) :]
            self.shared = min(self.shared, len(self.held))

    def share(self, model: DecodableModel, length: int, source: Cells) -> None:
        """Begin anew with the first `length` tokens of `source`, at no cost."""
        self.cut(model, 0)
        model.share(length, source.sequence, self.sequence)
        self.held = source.held[:length]
        self.shared = length


def evaluate_each(model: DecodableModel, cells: Sequence[Cells], tokens: Sequence[int]) -> bool:
    """Evaluate one token behind each of several sequences; False when aborted, and then none."""
    before = [len(each.held) for each in cells]
    done = False
    try:
        done = model.decode_each(tokens, before, [each.sequence for each in cells])
    finally:
        for each, token, length in zip(cells, tokens, before, strict=True):
            each.held.append(token)
            if not done:
                del each.held[model.held(each.sequence) :]
                each.cut(model, length)
    return done


@dataclass
class Holding:
    """The sequences of one session: its own, and one for each further sample that is written."""

    own: Cells
    branches: list[Cells] = field(default_factory=list)
    user: object = None
    """For whom the branches are."""

    @property
    def size(self) -> int:
        """Cells that it takes; what the branches share with the session's own counts once."""
        return len(self.own.held) + sum(len(each.held) - each.shared for each in self.branches)
