"""The parts of a range of code that an explanation goes through, one after the other.

The statements of a body, and of a long loop or branch its own parts: the branches of a condition,
the head of a loop and each statement in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from pillion.syntax.extent import Extent
    from pillion.syntax.parse import Parsed
    from pillion.text.lines import Lines
    from pillion.text.snapshot import Snapshot

MOST = 10
"""Parts; of more nobody keeps track."""

_SMALL = 2
"""Lines of a part that one sentence is enough for, without one that only closes it."""

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
    if len(nodes) <= 1:
        inner = [node for node in blocks if first <= node.start_byte and node.end_byte <= last]
        inner = [node for node in inner if len(_parts(parsed, node)) > 1] or inner[:1]
        if inner:
            nodes = _parts(parsed, inner[0])
    return _Opener(parsed, snapshot.lines, blocks).opened(nodes)


@dataclass(frozen=True, slots=True)
class _Opener:
    """Goes into the parts of a range that are long."""

    parsed: Parsed
    lines: Lines
    blocks: Sequence[Node]

    def opened(self, nodes: Sequence[Node]) -> list[Step]:
        """Go into the long parts, the longest first, while there are few enough."""
        found = _fewer([self.rows(node) for node in nodes])
        insides = {self.rows(node): node for node in nodes}
        waiting = [step for step in found if step in insides]
        while waiting:
            step = max(waiting, key=lambda one: one.last - one.first)
            waiting.remove(step)
            if self._is_small(step.first, step.last):
                break
            inner = self._inner(insides[step])
            if len(inner) < 2 or len(found) - 1 + len(inner) > MOST:
                continue
            at = found.index(step)
            found[at : at + 1] = [one for one, _ in inner]
            opened = {one: node for one, node in inner if node is not None}
            insides.update(opened)
            waiting.extend(opened)
        return found

    def rows(self, node: Node) -> Step:
        """Return the lines of a node."""
        start, end = self.parsed.span(node)
        return Step(self.lines.at(start), self.lines.at(max(start, end - 1)))

    def _inner(self, node: Node) -> list[tuple[Step, Node | None]]:
        """Return the parts of a statement with blocks, and what can be gone into again.

        They are a branch each or, of a long branch, its head and what follows it.
        """
        bodies: list[Node] = []
        for block in self.blocks:
            # A block of one statement begins where the statement does.
            inside = node.start_byte < block.start_byte and block.end_byte <= node.end_byte
            if inside and not any(block.end_byte <= one.end_byte for one in bodies):
                bodies.append(block)
        if not bodies:
            return []
        starts = [self._head(node, body) for body in bodies]
        lasts = [start - 1 for start in starts[1:]] + [self.rows(node).last]
        found: list[tuple[Step, Node | None]] = []
        for body, start, last in zip(bodies, starts, lasts, strict=True):
            if last < start:
                return []  # Two branches in a line.
            parts = [(self.rows(part), part) for part in _parts(self.parsed, body)]
            first = parts[0][0].first if parts else start
            if self._is_small(start, last) or first <= start:
                found.append((Step(start, last), None))
            else:
                found += [(Step(start, first - 1), None), *parts]
        return found

    def _is_small(self, first: int, last: int) -> bool:
        closing = self.parsed.language.id != "python"
        return last - first < _SMALL + closing

    def _head(self, node: Node, body: Node) -> int:
        """Return the line on which the branch with this body begins."""
        clause = body.parent
        return self.rows(clause if clause is not None and clause != node else node).first


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
