"""Positions as editors count them (UTF-8, UTF-16 or UTF-32 units) to and from offsets.

Positions past the end of a line or of the document are moved back to it, and a position inside a
surrogate pair or a UTF-8 sequence to its start, as the Language Server Protocol asks (3.18,
"Position"). Nothing here raises.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pillion.text.snapshot import Snapshot


class Encoding(StrEnum):
    """The unit that columns are counted in; the values are the protocol's own names."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


class Position(NamedTuple):
    """A line and a column, both from 0; the column counts units of some `Encoding`."""

    line: int
    column: int


def offset_at(snapshot: Snapshot, position: Position, encoding: Encoding) -> int:
    """Return the code-point offset of `position`."""
    lines = snapshot.lines
    if position.line < 0:
        return 0
    if position.line >= len(lines):
        return len(snapshot.text)
    start, end = lines.starts[position.line], lines.ends[position.line]
    if encoding is Encoding.UTF32:
        return min(end, start + max(0, position.column))
    line = snapshot.text[start:end]
    if line.isascii():
        return min(end, start + max(0, position.column))
    left = position.column
    for index, char in enumerate(line):
        width = _width(char, encoding)
        if left < width:
            return start + index
        left -= width
    return end


def position_at(snapshot: Snapshot, offset: int, encoding: Encoding) -> Position:
    """Return the position of the code-point `offset`."""
    offset = max(0, min(offset, len(snapshot.text)))
    number = snapshot.lines.at(offset)
    before = snapshot.text[snapshot.lines.starts[number] : offset]
    if encoding is Encoding.UTF32 or before.isascii():
        return Position(number, len(before))
    return Position(number, sum(_width(char, encoding) for char in before))


def _width(char: str, encoding: Encoding) -> int:
    point = ord(char)
    if encoding is Encoding.UTF16:
        return 2 if point > 0xFFFF else 1
    return 1 + (point > 0x7F) + (point > 0x7FF) + (point > 0xFFFF)
