"""The block around a place in a language that writes blocks by indentation.

Decided by the indentation of lines, not by the tree: the tree ends a block at its last statement,
and after one unfinished line it is often wrong about everything below. The tree only tells which
lines are text of a string, and which blocks are on one line with their header.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pillion.syntax.literals import string_around
from pillion.syntax.site import Block
from pillion.text.lines import indent_of, is_blank

if TYPE_CHECKING:
    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot

# Python's own rule (language reference, "Indentation"): a tab goes to the next multiple of 8.
_TAB = 8

# Lines that are looked at above and below the cursor: 10 ms, and longer than any sane function.
_SCANNED = 5_000

_CLOSERS = (")", "]", "}")


def indented_block(snapshot: Snapshot, parsed: Parsed, offset: int) -> Block | None:
    """Return the innermost block that `offset` is in, or would be in with text typed there."""
    lines = _Lines(snapshot, parsed)
    number = snapshot.lines.at(offset)
    return (
        _behind_colon(lines, number, offset)
        or _on_one_line(lines, number, offset)
        or _by_indentation(lines, number, offset)
    )


class _Lines:
    """The lines of a document as indentation sees them."""

    def __init__(self, snapshot: Snapshot, parsed: Parsed) -> None:
        self.snapshot = snapshot
        self.parsed = parsed
        self.count = len(snapshot.lines)
        self._comment = parsed.language.line_comment
        self._header = _header(parsed.language.header)

    def start(self, number: int) -> int:
        """Return the offset of the line's first character that is no blank."""
        return self.snapshot.lines.starts[number] + len(indent_of(self.snapshot.line(number)))

    def end(self, number: int) -> int:
        return self.snapshot.lines.starts[number] + len(self.snapshot.line(number).rstrip())

    def width(self, number: int) -> int | None:
        """Return the line's indentation in columns; None where it has no say in it."""
        line = self.snapshot.line(number)
        code = line.lstrip()
        if not code or code.startswith(self._comment):
            return None
        return _columns(indent_of(line))

    def is_header(self, number: int) -> bool:
        return self._header.match(self.snapshot.line(number).lstrip()) is not None

    def string_across(self, number: int) -> tuple[int, int] | None:
        """Return the first and last line of the string that runs across the start of `number`."""
        found = string_around(self.parsed, self.snapshot.lines.starts[number])
        return found and (self.snapshot.lines.at(found[0]), self.snapshot.lines.at(found[1]))

    def in_header(self, number: int, offset: int) -> bool:
        """Tell whether the header that begins on `number` has no end above the cursor's line."""
        last = self.snapshot.lines.at(offset)
        return not any(self.ends_with_colon(line) for line in range(number, last))

    def ends_with_colon(self, number: int) -> bool:
        # A comment may follow, and the comment's sign may stand in a string before the colon.
        pieces = self.snapshot.line(number).split(self._comment)
        return any(piece.rstrip().endswith(":") for piece in pieces)


def _by_indentation(lines: _Lines, number: int, offset: int) -> Block | None:
    string = lines.string_across(number)
    number = string[0] if string else number
    header = _header_above(lines, number, offset)
    return None if header is None else _body(lines, header, offset)


def _width_at(lines: _Lines, number: int, offset: int) -> int:
    """Return the indentation that counts for the cursor's line.

    On an empty line it is that of the blanks before the cursor, but at least that of the next
    line with code: an empty line between two statements is in the block of both.
    """
    line = lines.snapshot.line(number)
    if not is_blank(line):
        return _columns(indent_of(line))
    typed = _columns(line[: max(0, offset - lines.snapshot.lines.starts[number])])
    below = (lines.width(n) for n in range(number + 1, min(lines.count, number + _SCANNED)))
    return max(typed, next((width for width in below if width is not None), 0))


def _header_above(lines: _Lines, number: int, offset: int) -> int | None:
    """Return the nearest line above `number` that owns a block and is indented less."""
    width = _width_at(lines, number, offset)
    last = max(0, number - _SCANNED)
    number -= 1
    while number >= last and width > 0:
        own = lines.width(number)
        if own is not None and own < width:
            string = lines.string_across(number)
            if string:
                number = string[0]
                continue
            if lines.is_header(number) and not lines.in_header(number, offset):
                return number
            width = own
        number -= 1
    return None


def _body(lines: _Lines, header: int, offset: int) -> Block:
    """Return the block below the header that line `header` is part of, stretched to `offset`."""
    first_line = _header_start(lines, header)
    owner = lines.start(first_line)
    indent = indent_of(lines.snapshot.line(first_line))
    outer = _columns(indent)
    number = lines.snapshot.lines.at(offset)
    while header < number and not lines.ends_with_colon(header):
        header += 1  # The header goes on over several lines.
    start = end = None
    number = header + 1
    while number < min(lines.count, header + _SCANNED):
        width = lines.width(number)
        if width is not None:
            string = lines.string_across(number) if width <= outer else None
            closes = lines.snapshot.line(number).lstrip().startswith(_CLOSERS)
            if width <= outer and not string and not closes:
                break
            start = lines.start(number) if start is None else start
            number = string[1] if string else number
            end = lines.end(number)
        number += 1
    if start is None or end is None:
        return Block(offset, offset, owner, indent)
    return Block(min(start, offset), max(end, offset), owner, indent)


def _header_start(lines: _Lines, header: int) -> int:
    """Return the first line of a header whose last line begins with a closing bracket."""
    if not lines.snapshot.line(header).lstrip().startswith(_CLOSERS):
        return header
    width = lines.width(header) or 0
    for above in range(header - 1, max(-1, header - _SCANNED), -1):
        own = lines.width(above)
        if own is not None and own <= width:
            return above
    return header


def _behind_colon(lines: _Lines, number: int, offset: int) -> Block | None:
    """Return the empty block that begins at `offset`, right behind a header without a body."""
    start = lines.snapshot.lines.starts[number]
    line = lines.snapshot.line(number)
    rest = line[offset - start :].lstrip()
    if not line[: offset - start].rstrip().endswith(":") or not lines.is_header(number):
        return None
    if rest and not rest.startswith(lines.parsed.language.line_comment):
        return None
    if lines.string_across(number):
        return None
    block = _body(lines, number, offset)
    return block if block.end == offset else None


def _on_one_line(lines: _Lines, number: int, offset: int) -> Block | None:
    """Return the innermost block around `offset` that begins on its header's line."""
    snapshot, parsed = lines.snapshot, lines.parsed
    found: Block | None = None
    for captures in parsed.matches("site", snapshot.lines.starts[number], offset):
        for node, owner in zip(captures.get("block", ()), captures.get("header", ()), strict=False):
            (start, end), (header, _) = parsed.span(node), parsed.span(owner)
            one_line = snapshot.lines.at(start) == snapshot.lines.at(header) == number
            if one_line and header < start <= offset and (found is None or start > found.start):
                indent = indent_of(snapshot.line(number))
                found = Block(start, max(end, offset), header, indent)
    return found


@cache
def _header(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _columns(indent: str) -> int:
    return len(indent.expandtabs(_TAB))
