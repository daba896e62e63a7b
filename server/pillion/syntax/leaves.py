"""The leaves of a syntax tree, in the order of the text: names, marks, pieces of strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from pillion.syntax.languages import Language


class Leaf(NamedTuple):
    """A node without children."""

    kind: str
    """The grammar's name for it."""
    text: str
    end: int
    """Code-point offset."""


def leaves(text: str, language: Language, start: int, end: int) -> list[Leaf]:
    """Return the leaves that touch ``text[start:end]``, comments left out; none without a tree."""
    parsed = parse(text, language)
    if parsed is None:
        return []
    first, last = parsed.offsets.to_byte(start), parsed.offsets.to_byte(end)
    found, waiting = [], [parsed.tree.root_node]
    while waiting:
        node = waiting.pop()
        if node.start_byte >= last or node.end_byte <= first or "comment" in node.type:
            continue
        if node.children:
            waiting += reversed(node.children)
        else:
            end_char = parsed.offsets.to_char(node.end_byte)
            found.append(Leaf(node.type, parsed.slice(node), end_char))
    return found
