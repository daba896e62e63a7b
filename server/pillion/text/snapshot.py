"""A document as it was at one moment. Frozen: every stage of a request sees the same text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pillion.text.lines import Lines


@dataclass(frozen=True)
class Snapshot:
    """The text of a document, its version and its language.

    Offsets into `text` are code points everywhere inside Pillion; bytes and UTF-16 columns exist
    only at the borders (tree-sitter, the editor).
    """

    uri: str
    text: str
    version: int = 0
    language: str = "plaintext"
    """The language id as the editor gave it, such as ``python`` or ``typescriptreact``."""

    @cached_property
    def lines(self) -> Lines:
        """Where the lines begin and end."""
        return Lines.of(self.text)

    def line(self, number: int) -> str:
        """Return line `number` (from 0) without its line ending."""
        return self.text[self.lines.starts[number] : self.lines.ends[number]]
