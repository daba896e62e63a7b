"""The parts of a range of code that an explanation goes through, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from pillion.syntax.extent import Extent
    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot

MOST = 8
"""Parts; of more nobody keeps track."""

_SKIPPED = frozenset(("comment", "line_comment", "block_comment"))


class Step(NamedTuple):
    """Lines of a text, from 0, both included."""

    first: int
    last: int


def steps(snapshot: Snapshot, parsed: Parsed | None, extent: Extent) -> list[Step]:
    """Return the statements of the range, or of the one construct that it is; few small ones."""
    if parsed is None:
        return []
    first, last = parsed.offsets.to_byte(extent.start), parsed.offsets.to_byte(extent.end)
    blocks = _blocks(parsed, extent)
    container = parsed.tree.root_node
    nodes = _inside(container, first, last)
    # One construct is gone through by its body, as long as there is only one.
    while len(nodes) <= 1:
        inner = [node for node in blocks if first <= node.start_byte and node.end_byte <= last]
        inner = [node for node in inner if len(_parts(parsed, node)) > 1] or inner[:1]
        if not inner:
            break
        nodes = _parts(parsed, inner[0])
        break
    lines = snapshot.lines
    found = [
        Step(lines.at(start), lines.at(max(start, end - 1)))
        for start, end in (parsed.span(node) for node in nodes)
    ]
    return _fewer(found)


def _blocks(parsed: Parsed, extent: Extent) -> list[Node]:
    found = {
        node.id: node
        for captures in parsed.matches("site", extent.start, extent.end)
        for node in captures.get("block", ())
    }
    return sorted(found.values(), key=lambda node: (node.start_byte, -node.end_byte))


def _inside(container: Node, first: int, last: int) -> list[Node]:
    """Return the statements in a range, in the innermost node that holds all of it."""
    node = container
    while True:
        inner = next(
            (
                one
                for one in node.named_children
                if one.start_byte <= first and last <= one.end_byte
            ),
            None,
        )
        if inner is None or (inner.start_byte >= first and inner.end_byte <= last):
            break
        node = inner
    return [
        one
        for one in node.named_children
        if one.start_byte >= first - 1 and one.end_byte <= last + 1 and one.type not in _SKIPPED
    ]


def _parts(parsed: Parsed, block: Node) -> list[Node]:
    """Return the statements of a block without its documentation."""
    nodes = [one for one in block.named_children if one.type not in _SKIPPED]
    first = nodes[0] if nodes else None
    if first is not None and first.type == "expression_statement":
        inner = first.named_children[0] if first.named_children else None
        if inner is not None and inner.type == "string" and parsed.language.id == "python":
            return nodes[1:]
    return nodes


def _fewer(found: Sequence[Step]) -> list[Step]:
    """Join the smallest neighbours until there are few enough."""
    left = list(found)
    while len(left) > MOST:
        at = min(range(len(left) - 1), key=lambda n: left[n + 1].last - left[n].first)
        left[at : at + 2] = [Step(left[at].first, left[at + 1].last)]
    return left
