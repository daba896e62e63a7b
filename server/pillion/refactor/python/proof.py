"""The last check of every refactoring of Python: the tree of the result is the one it must be.

Each refactoring says how its result differs from the text before, as a change of the syntax tree;
here the change is made to one tree and compared with the other. An edit that has put a bracket or
an indent wrong is caught here, whatever the reason.
"""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from pillion.refactor.python.source import tree_of
from pillion.refactor.values import Plan, applied

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pillion.refactor.python.source import Source
    from pillion.refactor.values import Edits


def becoming(source: Source, edits: Edits, expected: Callable[[], ast.AST]) -> Plan:
    """Return a plan that holds if the text after `edits` has the tree that is expected."""

    def holds() -> bool:
        tree = tree_of(applied(source.text, edits))
        return tree is not None and same(tree, expected())

    return Plan(edits, holds)


def undone(source: Source, edits: Edits, undo: Callable[[ast.Module], ast.AST | None]) -> Plan:
    """Return a plan that holds if `undo` makes the tree before of the tree after `edits`."""

    def holds() -> bool:
        tree = tree_of(applied(source.text, edits))
        before = undo(tree) if tree is not None else None
        return before is not None and same(before, source.tree)

    return Plan(edits, holds)


def same(one: object, other: object) -> bool:
    """Tell whether two trees are alike but for positions."""
    if type(one) is not type(other):
        return False
    if isinstance(one, ast.AST):
        return all(
            same(getattr(one, name, None), getattr(other, name, None)) for name in one._fields
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    # 0.0 and -0.0 are equal, and so are nan and nothing.
    return one == other and repr(one) == repr(other)


def replaced(tree: ast.AST, new: Mapping[ast.AST, ast.AST | list[ast.stmt]]) -> ast.AST:
    """Return `tree` with some nodes replaced; an empty list takes one out.

    What is not touched is shared between the two.
    """
    found = _replaced(tree, new)
    assert isinstance(found, ast.AST)  # noqa: S101 - statements are replaced inside of lists.
    return found


def renamed(tree: ast.AST, nodes: set[ast.AST], name: str) -> ast.AST:
    """Return `tree` with the variable that `nodes` name called `name`."""
    new: dict[ast.AST, ast.AST] = {}
    for node in nodes:
        twin = copy.copy(node)
        setattr(twin, {ast.Name: "id", ast.arg: "arg"}.get(type(node), "name"), name)
        new[node] = twin
    return replaced(tree, {node: _replaced_inside(twin, new) for node, twin in new.items()})


def _replaced(
    node: ast.AST, new: Mapping[ast.AST, ast.AST | list[ast.stmt]]
) -> ast.AST | list[ast.stmt]:
    return new[node] if node in new else _replaced_inside(node, new)


def _replaced_inside(node: ast.AST, new: Mapping[ast.AST, ast.AST | list[ast.stmt]]) -> ast.AST:
    twin = node
    for name, value in ast.iter_fields(node):
        changed: object = value
        if isinstance(value, ast.AST):
            changed = _replaced(value, new)
        elif isinstance(value, list):
            parts: list[object] = []
            for one in value:
                part = _replaced(one, new) if isinstance(one, ast.AST) else one
                parts += part if isinstance(part, list) else [part]
            if len(parts) != len(value) or any(map(_differ, parts, value)):
                changed = parts
        if changed is not value:
            twin = copy.copy(node) if twin is node else twin
            setattr(twin, name, changed)
    return twin


def _differ(one: object, other: object) -> bool:
    return one is not other
