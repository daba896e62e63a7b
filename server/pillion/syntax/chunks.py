"""A file in pieces of a screen or less, cut where its syntax has borders.

Pure. Every line is in exactly one chunk, whatever the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.text.lines import Lines, indent_of

if TYPE_CHECKING:
    from pillion.syntax.parse import Parsed

# A chunk should hold a whole small function and fit into a prompt beside others.
LEAST_LINES = 10
MOST_LINES = 40

# A line longer than all of a usual chunk is data; a file of one such line is cut all the same.
MOST_CHARS = 4_000

# A cut at an inner statement is worse than one at a definition, however deep the nesting.
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a file: code-point offsets (`end` exclusive) and lines from 0, both included."""

    start: int
    end: int
    line: int
    end_line: int


def chunks(text: str, parsed: Parsed | None) -> tuple[Chunk, ...]:
    """Cut `text` at the borders of its syntax, else at blank lines."""
    if not text:
        return ()
    lines = Lines.of(text)
    count = len(lines) - 1 if lines.starts[-1] == len(text) else len(lines)
    depths = _depths(parsed, count) if parsed is not None else _blank_depths(text, lines, count)
    found = []
    first = 0
    while first < count:
        after = _next(first, count, depths)
        start = lines.starts[first]
        end = lines.starts[after] if after < len(lines) else len(text)
        found += _pieces(start, end, first, after - 1)
        first = after
    return tuple(found)


def _next(first: int, count: int, depths: dict[int, int]) -> int:
    """Return the line at which the chunk that begins at `first` ends, exclusive."""
    if count - first <= MOST_LINES:
        # The rest fits, but two functions that are long enough stand alone.
        top = depths.get(first, 0)
        borders = range(first + LEAST_LINES, count - LEAST_LINES + 1)
        return next((line for line in borders if depths.get(line, _DEEPEST) <= top), count)
    candidates = range(first + LEAST_LINES, first + MOST_LINES + 1)
    # Without any border, as late as possible.
    return min(candidates, key=lambda line: (depths.get(line, _DEEPEST + 1), _order(line, depths)))


def _order(line: int, depths: dict[int, int]) -> int:
    return line if line in depths else -line


def _pieces(start: int, end: int, first: int, last: int) -> list[Chunk]:
    """Return one chunk, or several where its lines are very long."""
    starts = range(start, end, MOST_CHARS)
    return [Chunk(at, min(end, at + MOST_CHARS), first, last) for at in starts]


def _depths(parsed: Parsed, count: int) -> dict[int, int]:
    """Return for each line at which a node begins how deep that node is."""
    depths: dict[int, int] = {}
    todo = [(parsed.tree.root_node, 0)]
    while todo:
        node, depth = todo.pop()
        joined = -1
        for child in node.named_children:
            line, end = child.start_point.row, child.end_point.row
            if line != joined:
                depths[line] = min(depth, depths.get(line, depth))
            if child.type in _LEADING or "comment" in child.type:
                # It belongs to what stands on the next line.
                joined = end + (child.end_point.column > 0)
            else:
                joined = -1
            if end - line >= LEAST_LINES and depth < _DEEPEST and count > MOST_LINES:
                todo.append((child, depth + 1))
    return depths


_LEADING = {"attribute_item", "decorator", "annotation", "attribute_list"}


def _blank_depths(text: str, lines: Lines, count: int) -> dict[int, int]:
    """Return for each line behind a blank one how far it is indented."""
    depths: dict[int, int] = {}
    blank = True
    for number in range(count):
        line = text[lines.starts[number] : lines.ends[number]]
        if not line.strip():
            blank = True
            continue
        if blank:
            depths[number] = min(_DEEPEST, len(indent_of(line).expandtabs(4)) // 2)
        blank = False
    return depths
