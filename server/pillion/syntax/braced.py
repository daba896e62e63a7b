"""The block around a place in a language that writes blocks in braces.

The tree knows the blocks of finished code. In broken code it has brackets but perhaps no blocks;
there the last brace that is still open counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.syntax.site import Block
from pillion.text.lines import indent_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot

# Farther back, an open brace says little about the cursor, and a large error would be slow.
_LOOK_BACK = 20_000

# What stands before the brace of a literal: an operator, an opening bracket, `return`, or a name
# without a blank (Go's `Point{`).
_LITERAL = re.compile(r"(?:[^=]=|[(,:\[\]?&|{]|\breturn)\s*$|\w$")
_OWNER_CHARS = 100


def braced_block(snapshot: Snapshot, parsed: Parsed, offset: int) -> Block | None:
    """Return the innermost block whose braces are around `offset`."""
    # A block without its closing brace ends at its last token, so begin there.
    last = len(snapshot.text[max(0, offset - _LOOK_BACK) : offset].rstrip())
    last += max(0, offset - _LOOK_BACK)
    found: tuple[int, int, int] | None = None
    for captures in parsed.matches("site", max(0, last - 1), offset):
        for node, owner in zip(captures.get("block", ()), captures.get("header", ()), strict=False):
            start, end = _extent(parsed, node, owner, offset)
            header = parsed.span(owner)[0]
            if start < offset <= end and (found is None or (start, header) > (found[0], found[2])):
                found = start, end, header
    opened = None
    if parsed.broken:
        # Errors hide blocks that hold them, so without any block all braces are looked at.
        error = _error_at(parsed, max(0, last - 1)) if found else 0
        opened = None if error is None else _open_brace(parsed, error, max(0, last - 1))
    if opened is not None and (found is None or opened > found[0]):
        number = snapshot.lines.at(opened)
        header = _owner_line(snapshot, number)
        return Block(opened, offset, header, _indent(snapshot, header))
    return None if found is None else Block(*found, _indent(snapshot, found[2]))


def _extent(parsed: Parsed, node: Node, owner: Node, offset: int) -> tuple[int, int]:
    """Return where a block begins and ends; past its end only if its brace is missing."""
    start, end = parsed.span(node)
    if node.type == "{":  # The grammar has no node for the body: it reaches to the owner's end.
        node = owner
        end = parsed.span(owner)[1]
    last = node.children[-1] if node.children else None
    if last is None or last.is_missing or last.type != "}":
        blank = not parsed.offsets.text[end:offset].strip()
        return start, max(end, offset) if blank else end
    # Behind the closing brace is outside.
    return start, end if offset < end else start


def _error_at(parsed: Parsed, place: int) -> int | None:
    """Return where the innermost error around `place` begins; None where there is none."""
    byte = parsed.offsets.to_byte(place)
    node = parsed.tree.root_node.descendant_for_byte_range(byte, byte)
    while node is not None and not node.is_error:
        node = node.parent
    return None if node is None else parsed.span(node)[0]


def _open_brace(parsed: Parsed, start: int, place: int) -> int | None:
    """Return the last brace before `place`, and behind `start`, that is open there."""
    start = max(start, place - _LOOK_BACK)
    stack: list[int] = []
    for captures in parsed.matches("site", start, place):
        opened = (parsed.span(brace)[0] for brace in captures.get("open", ()))
        stack += [brace for brace in opened if start <= brace <= place]
        for brace in captures.get("close", ()):
            if stack and parsed.span(brace)[1] <= place + 1 and not brace.is_missing:
                stack.pop()
    text = parsed.offsets.text
    return next((brace for brace in reversed(stack) if _holds_statements(text, brace)), None)


def _holds_statements(text: str, brace: int) -> bool:
    """Tell a block from a literal by what stands before its brace."""
    before = text[max(0, brace - _OWNER_CHARS) : brace]
    return _LITERAL.search(before) is None and text.startswith("{", brace)


def _owner_line(snapshot: Snapshot, number: int) -> int:
    """Return the first character of the line that owns the brace on line `number`."""
    if snapshot.line(number).strip() == "{":
        above = range(number - 1, max(-1, number - 5), -1)
        number = next((line for line in above if snapshot.line(line).strip()), number)
    return snapshot.lines.starts[number] + len(indent_of(snapshot.line(number)))


def _indent(snapshot: Snapshot, offset: int) -> str:
    return indent_of(snapshot.line(snapshot.lines.at(offset)))
