"""What generating needs of a model; `pillion.engine.bindings.Model` is the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pillion.engine.abort import AbortFlag
    from pillion.prompt.model_input import Special


class DecodableModel(Protocol):
    """A model with one context, whose KV cache holds several sequences."""

    context_tokens: int
    """Tokens that one prompt and its output may take."""
    cells: int
    """Tokens that the KV cache holds, of all sequences together."""
    sequences: int
    batch_tokens: int
    drafts: bool
    """Whether several tokens in one call cost less than one call each."""
    side_by_side: int
    """Sequences that one call may go on with."""

    @property
    def bos(self) -> int | None:
        """The token that every prompt begins with, if any."""

    def special(self, special: Special) -> int | None:
        """Return the id of a special token."""

    def ends_generation(self, token: int) -> bool:
        """Whether `token` ends the output."""

    def pieces(self) -> list[bytes]:
        """Return the bytes of every token."""

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Return the tokens of `text`; those spelt in it are read only if `special`."""

    def abort_with(self, flag: AbortFlag) -> None:
        """Let `flag` stop the decodes that follow."""

    def decode(self, tokens: Sequence[int], position: int, sequence: int, rows: int = 1) -> bool:
        """Evaluate tokens; False when aborted."""

    def decode_each(
        self, tokens: Sequence[int], positions: Sequence[int], sequences: Sequence[int]
    ) -> bool:
        """Evaluate one token of each of several sequences; False when aborted."""

    def held(self, sequence: int) -> int:
        """Return how many tokens of a sequence the KV cache holds."""

    def forget(self, start: int, sequence: int) -> None:
        """Drop everything of a sequence from `start` on out of the KV cache."""

    def share(self, length: int, source: int, target: int) -> None:
        """Let `target`, an empty sequence, begin with the first `length` tokens of `source`."""

    def logits(self, row: int = -1) -> NDArray[np.float32]:
        """Return logits of the last decode; `row` counts from the end."""

    def choose_infill(self, tokens: NDArray[np.int32], logits: NDArray[np.float32]) -> int:
        """Choose from candidates with the infill sampler."""

    def grammar(self, text: str) -> Grammar:
        """Return a grammar of which nothing is written yet. Raises `EngineError`."""


class Grammar(Protocol):
    """What an output must follow, and how much of it is written."""

    def allowed(self, tokens: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Return which of `tokens`, of shape (n,), may come next."""

    def accept(self, token: int) -> None:
        """Take note of the next token, which must be allowed and must not end the output."""

    def copy(self) -> Grammar:
        """Return the same, for another output."""
