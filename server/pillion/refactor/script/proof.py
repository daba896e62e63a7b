"""The last check of refactorings of TypeScript and JavaScript.

Trees are compared without brackets and comments, so that only what is evaluated counts; and what
each name stands for must be what it stood for before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pillion.refactor.script.source import below, reparsed
from pillion.refactor.values import Plan, applied

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node

    from pillion.refactor.script.source import Source
    from pillion.refactor.values import Edits

Shape: TypeAlias = "tuple[object, ...]"
GONE: Shape = ("gone",)
"""In the place of a node that is taken out."""


def shape(source: Source, node: Node, new: Mapping[int, Shape] | None = None) -> Shape:
    """Return what `node` says, with some nodes (by their id) replaced."""
    if new and node.id in new:
        return new[node.id]
    if node.type == "parenthesized_expression":
        inner = [one for one in node.named_children if one.type != "comment"]
        return shape(source, inner[0], new) if len(inner) == 1 else (node.type,)
    if node.type == "shorthand_property_identifier":
        name = source.slice(node)
        value = ("identifier", name)
        return ("pair", ("property_identifier", name), (":",), value)
    if node.type == "identifier" or not node.child_count:
        return (node.type, source.slice(node)) if node.is_named else (node.type,)
    children = [
        shape(source, one, new) for one in node.children if one.type not in {"comment", ";"}
    ]
    if node.type == "template_string":
        # The text between the parts is no node of its own.
        return (node.type, *_texts(source, node), *children)
    return (node.type, *(one for one in children if one != GONE))


def _texts(source: Source, node: Node) -> list[str]:
    data, place, found = source.parsed.offsets.data, node.start_byte, []
    for one in node.named_children:
        if one.type == "template_substitution":
            found.append(data[place : one.start_byte].decode(errors="replace"))
            place = one.end_byte
    return [*found, data[place : node.end_byte].decode(errors="replace")]


def becoming(source: Source, edits: Edits, expected: Callable[[Source], Shape | None]) -> Plan:
    """Return a plan that holds if the tree after `edits` is the expected one."""

    def holds() -> bool:
        after = reparsed(source, applied(source.text, edits))
        return after is not None and shape(after, after.root) == expected(after)

    return Plan(edits, holds)


def undone(
    source: Source, edits: Edits, undo: Callable[[Source], Mapping[int, Shape] | None]
) -> Plan:
    """Return a plan that holds if undoing the change in the tree after it gives the tree before."""

    def holds() -> bool:
        after = reparsed(source, applied(source.text, edits))
        new = undo(after) if after is not None else None
        if after is None or new is None:
            return False
        return shape(after, after.root, new) == shape(source, source.root, {-1: GONE})

    return Plan(edits, holds)


def renaming(source: Source, edits: Edits) -> Plan:
    """Return a plan that holds if every name stands for what it stood for before."""

    def holds() -> bool:
        after = reparsed(source, applied(source.text, edits))
        return after is not None and after.scopes.meaning() == source.scopes.meaning()

    return Plan(edits, holds)


def named(source: Source, name: str) -> list[Node]:
    """Return all nodes that are this name."""
    kinds = {"identifier", "shorthand_property_identifier"}
    return [one for one in below(source.root) if one.type in kinds and source.slice(one) == name]
