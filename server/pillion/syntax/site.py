"""Where the cursor is: the shape of its line, the block around it, and what it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pillion.syntax.languages import Language
    from pillion.text.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Block:
    """A syntax node that holds statements: a function body, a class body, a branch."""

    start: int
    end: int
    """Code-point offsets of the block; `end` is exclusive."""
    header: int
    """Offset at which the construct that owns the block begins (`def`, `if`, `class`, …)."""
    indent: str
    """Indentation of the construct that owns the block."""


@dataclass(frozen=True, slots=True)
class Site:
    """The cursor in its surroundings. All offsets are code points of `snapshot.text`."""

    snapshot: Snapshot
    language: Language
    offset: int
    line_start: int
    line_end: int
    """End of the cursor's line, its line ending not included."""
    block: Block | None
    """Innermost block around the cursor; None at the top level, and where nothing is parsed."""
    in_string: bool
    in_comment: bool
    broken: bool
    """The parser found a syntax error near the cursor, before anything was inserted."""

    @property
    def typed(self) -> str:
        """What stands on the cursor's line before the cursor."""
        return self.snapshot.text[self.line_start : self.offset]

    @property
    def rest(self) -> str:
        """What stands on the cursor's line after the cursor."""
        return self.snapshot.text[self.offset : self.line_end]

    @property
    def before(self) -> str:
        """All text before the cursor."""
        return self.snapshot.text[: self.offset]

    @property
    def after(self) -> str:
        """All text after the cursor."""
        return self.snapshot.text[self.offset :]
