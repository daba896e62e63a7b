"""The tokens of a model as bytes, and which of them may come next while healing.

Token healing (design decision 5) makes the output begin with bytes that the user already typed.
The answers here are exact: a token is allowed if its bytes continue the required ones or are
continued by them, and, where the output must be solid, if no blank comes behind the required ones.
Pure values; nothing here runs a model.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


BLANKS = tuple(bytes([byte]) for byte in b" \t\r\n\f\v")


class Vocabulary:
    """All tokens of a model, looked up by their bytes."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        """`pieces[i]` are the bytes of token `i`; empty for tokens that stand for no text."""
        self.pieces = pieces
        order = sorted((i for i, piece in enumerate(pieces) if piece), key=pieces.__getitem__)
        self._ids: NDArray[np.int32] = np.array(order, dtype=np.int32)
        self._sorted = [pieces[i] for i in order]
        self._longest = max((len(piece) for piece in self._sorted), default=0)

    def allowed(self, needed: bytes, *, solid: bool = False) -> NDArray[np.int32]:
        """Return the ids of all tokens that begin with `needed` or that `needed` begins with.

        With `solid` none that has a blank behind `needed`.
        Shape (n,), n from 0; the order has no meaning.
        """
        longer = self._range(needed)
        if solid:
            blank = [self._range(needed + one) for one in BLANKS]
            longer = np.setdiff1d(longer, np.concatenate(blank))
        shorter = [
            self._range(needed[:size], exact=True)
            for size in range(1, min(len(needed), self._longest + 1))
        ]
        return np.concatenate([longer, *shorter])

    @cached_property
    def blank(self) -> NDArray[np.int32]:
        """The ids of all tokens that begin with a blank."""
        return np.concatenate([self._range(one) for one in BLANKS])

    def _range(self, prefix: bytes, *, exact: bool = False) -> NDArray[np.int32]:
        low = bisect_left(self._sorted, prefix)
        high = low if exact else bisect_left(self._sorted, _after(prefix), lo=low)
        while exact and high < len(self._sorted) and self._sorted[high] == prefix:
            high += 1
        return self._ids[low:high]


def _after(prefix: bytes) -> bytes:
    """Return the smallest byte string that is greater than all that begin with `prefix`."""
    stripped = prefix.rstrip(b"\xff")
    if not stripped:  # No UTF-8 text holds 0xFF, so this bound is never met.
        return b"\xff" * (len(prefix) + 64)
    return stripped[:-1] + bytes([stripped[-1] + 1])
