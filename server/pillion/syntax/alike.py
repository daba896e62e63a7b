"""Whether two pieces of code say the same: the leaves of their syntax trees, one after another.

Blanks, line breaks and comments make no difference, nor do semicolons at the end of a statement.
Without a grammar only blanks make none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from pillion.syntax.languages import Language


def said(text: str, language: Language, start: int, end: int) -> tuple[str, ...]:
    """Return what ``text[start:end]`` says; the same for two texts that say the same."""
    parsed = parse(text, language)
    if parsed is None:
        return tuple(text[start:end].split())
    first, last = parsed.offsets.to_byte(start), parsed.offsets.to_byte(end)
    leaves = (
        parsed.offsets.data[max(first, leaf.start_byte) : min(last, leaf.end_byte)].decode(
            errors="replace"
        )
        for leaf in _leaves(parsed.tree.root_node, first, last)
        if "comment" not in leaf.type
    )
    return tuple(leaf for leaf in leaves if leaf.strip() and leaf != ";")


def _leaves(node: Node, first: int, last: int) -> Iterator[Node]:
    """Yield the nodes without children that lie in these bytes, or reach into them."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.start_byte >= last or node.end_byte <= first:
            continue
        if node.children:
            waiting += reversed(node.children)
        else:
            yield node
