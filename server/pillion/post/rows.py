"""A suggestion line by line, with how deep each line nests: what the rules on blocks look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.post.nesting import CLOSER_OF, CLOSERS
from pillion.text.lines import indent_of, is_blank

if TYPE_CHECKING:
    from pillion.post.nesting import Nesting


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a suggestion; the first one continues the cursor's line."""

    start: int
    end: int
    """Offset of the line's end, its line ending not included."""
    text: str
    quiet: bool
    """The line begins inside a string or comment."""
    depth: int
    """Brackets of the suggestion that are open where the line begins."""
    depth_after: int
    closed: int
    """Brackets from before the cursor that are closed where the line begins."""
    closed_after: int
    finished: bool
    """The line has its line ending; the last one may still grow."""

    @property
    def blank(self) -> bool:
        """Whether there is nothing on the line."""
        return is_blank(self.text)

    @property
    def level(self) -> bool:
        """Whether a statement of the cursor's own block may begin here."""
        return not (self.quiet or self.depth or self.closed or self.blank)

    @property
    def closes(self) -> bool:
        """Whether the line begins with a closing bracket."""
        return self.text.lstrip()[:1] in CLOSERS


def rows_of(text: str, nest: Nesting) -> list[Row]:
    """Return the lines of `text`, whose brackets are `nest`."""
    rows = []
    stack: list[str] = []
    closed = start = 0
    brackets = list(reversed(nest.brackets))
    for line in text.split("\n"):
        end = start + len(line)
        depth, closed_before = len(stack), closed
        while brackets and brackets[-1].offset < end:
            char = brackets.pop().char
            if char in CLOSER_OF:
                stack.append(char)
            elif stack and CLOSER_OF[stack[-1]] == char:
                stack.pop()
            else:
                closed += 1
        quiet = nest.is_quiet(start)
        finished = end < len(text)
        rows.append(
            Row(
                start, end, line.rstrip(), quiet, depth, len(stack), closed_before, closed, finished
            )
        )
        start = end + 1
    return rows


def width(blanks: str) -> int:
    """Return how wide `blanks` are, with tab stops every four columns."""
    return len(blanks.expandtabs(4))


def indent_width(line: str) -> int:
    """Return the width of the blanks that `line` begins with."""
    return width(indent_of(line))
