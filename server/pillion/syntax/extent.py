"""The range that is rewritten: whole statements around what the user selected.

A selection that cuts a statement in half is widened to all of it; without a selection it is the
function around the cursor, or the statement. What is too large for a small model is narrowed to a
part that holds the cursor, where nothing was selected. By syntax only; without a tree, whole lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.syntax.definitions import definitions
from pillion.text.lines import indent_of, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot

MOST_LINES = 160
"""Lines that are rewritten at once: some 1,600 tokens, a minute of a small model on two cores.
Beyond it such a model leaves things out, too."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Whole lines of a text; `end` does not hold the last line's ending."""

    start: int
    end: int
    lines: int
    indent: str
    """Indentation of its first line of code."""


def extent(
    snapshot: Snapshot, parsed: Parsed | None, start: int, end: int, most: int = MOST_LINES
) -> Extent:
    """Return the lines to rewrite; more than `most` only where the user selected as much."""
    if snapshot.text[start:end].strip():
        start, end = _trimmed(snapshot.text, start, end)
        return _whole(snapshot, parsed, start, end)
    return _around(snapshot, parsed, start, most) or _whole(snapshot, parsed, start, start)


def _around(snapshot: Snapshot, parsed: Parsed | None, offset: int, most: int) -> Extent | None:
    """Return the function around the cursor, else the largest statement that is small enough."""
    if parsed is None:
        return None
    line = snapshot.lines.at(offset)
    functions = [
        item
        for item in definitions(parsed)
        if item.kind in {"function", "method"} and item.line <= line <= item.end_line
    ]
    for item in sorted(functions, key=lambda item: -item.start):
        found = _whole(snapshot, parsed, item.start, item.end)
        if found.lines <= most:
            return found
    first = snapshot.lines.starts[line] + len(indent_of(snapshot.line(line)))
    best = None
    for node in _statements(parsed, first):
        found = _whole(snapshot, parsed, *parsed.span(node))
        if found.lines <= most:
            best = found
    return best


def _statements(parsed: Parsed, offset: int) -> Iterator[Node]:
    """Yield the statements around `offset`, innermost first."""
    blocks = _blocks(parsed, offset, offset)
    at = parsed.offsets.to_byte(offset)
    node = parsed.tree.root_node.named_descendant_for_byte_range(at, at)
    while node is not None and node.parent is not None:
        if node.parent.id in blocks:
            yield node
        node = node.parent


def _whole(snapshot: Snapshot, parsed: Parsed | None, start: int, end: int) -> Extent:
    """Widen a range to whole statements and whole lines, until it is both."""
    while True:
        first, last = snapshot.lines.at(start), snapshot.lines.at(max(start, end - 1))
        # Blank lines at either end are nobody's statement.
        while first < last and is_blank(snapshot.line(first)):
            first += 1
        while last > first and is_blank(snapshot.line(last)):
            last -= 1
        begin, stop = snapshot.lines.starts[first], snapshot.lines.ends[last]
        if parsed is not None:
            start, end = _statements_in(parsed, *_trimmed(snapshot.text, begin, stop))
            if start < begin or end > stop:
                start, end = min(start, begin), max(end, stop)
                continue
        indent = indent_of(snapshot.line(first))
        return Extent(begin, stop, last - first + 1, indent)


def _statements_in(parsed: Parsed, start: int, end: int) -> tuple[int, int]:
    """Return the range of the statements of one block that hold ``text[start:end]``."""
    if start >= end:
        return start, end
    blocks = _blocks(parsed, start, end)
    first, last = parsed.offsets.to_byte(start), parsed.offsets.to_byte(end)
    node: Node | None = parsed.tree.root_node
    container = parsed.tree.root_node
    while node is not None:
        if node.id in blocks and _inside(node, first, last):
            container = node
        node = next(
            (one for one in node.children if one.start_byte <= first and last <= one.end_byte), None
        )
    held = [
        one for one in container.named_children if one.start_byte < last and first < one.end_byte
    ]
    if not held:
        return start, end
    begin, stop = min(one.start_byte for one in held), max(one.end_byte for one in held)
    return (
        min(start, parsed.offsets.to_char(begin)),
        max(end, parsed.offsets.to_char(_without_blanks(parsed, stop))),
    )


def _inside(block: Node, first: int, last: int) -> bool:
    """Tell whether a range is among the statements of a block, its braces not included."""
    children = block.named_children
    if not children:
        return False
    return children[0].start_byte <= first and last <= max(one.end_byte for one in children)


def _blocks(parsed: Parsed, start: int, end: int) -> set[int]:
    """Return the nodes that hold statements, the whole text included."""
    found = {parsed.tree.root_node.id}
    for captures in parsed.matches("site", start, end):
        found.update(node.id for node in captures.get("block", ()))
    return found


def _without_blanks(parsed: Parsed, stop: int) -> int:
    data = parsed.offsets.data
    while stop > 0 and data[stop - 1 : stop].isspace():
        stop -= 1
    return stop


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out blanks at both ends."""
    inner = text[start:end]
    lead = len(inner) - len(inner.lstrip())
    return start + lead, max(start + lead, end - (len(inner) - len(inner.rstrip())))
