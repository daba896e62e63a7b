"""Exact model input: text and special tokens in order, and what the model must begin with.

Values only. The engine turns special tokens into ids of its own vocabulary, so text from a file
that happens to spell `<|fim_middle|>` is never read as a token.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeGuard


class Special(StrEnum):
    """Special tokens by role; their ids come from the model's own metadata."""

    FIM_PREFIX = "fim_prefix"
    FIM_SUFFIX = "fim_suffix"
    FIM_MIDDLE = "fim_middle"
    REPOSITORY = "repository"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Markup:
    """Text of the model's own chat template, the only text in which special tokens are read."""

    text: str


Piece = str | Special | Markup


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model reads.

    The output is constrained to begin with `heal`, which is then stripped from it (token healing,
    design decision 5).
    With `heal_last_token` the engine takes back the last token of the last text piece and puts
    its text in front of `heal`; used where no word is unfinished but the last token may be.
    """

    pieces: tuple[Piece, ...]
    heal: str = ""
    heal_last_token: bool = False
    solid: bool = False
    """The first character of the output, healed text aside, is no blank."""
    note: str = ""
    """A remark for the user, such as that the model has no fill-in-the-middle tokens."""

    @property
    def characters(self) -> int:
        """How much text the model reads."""
        return sum(len(piece) for piece in self.pieces if is_text(piece))


def is_text(piece: Piece) -> TypeGuard[str]:
    """Whether a piece is text of the user's: neither a special token nor markup."""
    # `Special` is a string, too.
    return isinstance(piece, str) and not isinstance(piece, Special)
