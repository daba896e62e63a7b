"""In which order Python evaluates the parts of a statement, and what may change places in it.

Three kinds of expressions: those that only name or build something, those that read (attributes,
operators), and those that act (calls). Two that act never change places, nor does one that acts
with one that reads. Looking up what is called is taken to have no effect.
"""

from __future__ import annotations

import ast
from enum import IntEnum
from typing import TYPE_CHECKING

from pillion.refactor.python.scopes import DECLARE, scopes_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pillion.refactor.python.source import Source


class Effect(IntEnum):
    """What evaluating an expression can do or notice."""

    SETTLED = 0
    """It is the same whatever else is evaluated: constants, and names that no call rebinds."""
    NAMES = 1
    READS = 2
    """It may look into objects."""
    ACTS = 3
    """It may do anything."""


_BUILDS = (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.keyword, ast.Slice)
_READS = (
    ast.Attribute,
    ast.Subscript,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.JoinedStr,
    ast.FormattedValue,
)


def effect(source: Source, node: ast.AST) -> Effect:
    """Return what evaluating `node` can do."""
    if isinstance(node, ast.Constant):
        return Effect.SETTLED
    if isinstance(node, ast.Name):
        return Effect.SETTLED if _settled(source, node) else Effect.NAMES
    if isinstance(node, ast.Lambda):
        defaults = [*node.args.defaults, *(one for one in node.args.kw_defaults if one)]
        return max((Effect.SETTLED, *(effect(source, one) for one in defaults)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
        return Effect.SETTLED
    parts = [effect(source, one) for one in ast.iter_child_nodes(node) if isinstance(one, _PARTS)]
    if isinstance(node, ast.Compare) and any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
        # Looking for something in an iterator moves it.
        return Effect.ACTS
    if isinstance(node, _BUILDS):
        return max((Effect.SETTLED, *parts))
    return max((Effect.READS, *parts)) if isinstance(node, _READS) else Effect.ACTS


_PARTS = (ast.expr, ast.keyword)


def _settled(source: Source, node: ast.Name) -> bool:
    """Tell whether neither a call nor another part of the statement gives the name a value."""
    variable = scopes_of(source).named(node, node.id)
    return variable is not None and not any(
        one.how == DECLARE or isinstance(source.parents.get(one.node), ast.NamedExpr)
        for one in variable.occurrences
    )


def swappable(one: Effect, other: Effect) -> bool:
    """Tell whether two expressions may be evaluated in either order."""
    low, high = sorted((one, other))
    return low == Effect.SETTLED or high <= Effect.READS


def earlier(source: Source, node: ast.expr) -> list[Effect] | None:
    """Return what its statement evaluates before `node`; None where it need not be evaluated.

    None also stands for places that are evaluated more than once, later, or in an order that
    nobody should have to think about.
    """
    before: list[Effect] = []
    child: ast.AST = node
    for parent in source.above(node):
        if isinstance(parent, ast.stmt):
            first = _in_statement(source, parent, child)
            return None if first is None else [*(effect(source, one) for one in first), *before]
        parts = _in_expression(source, parent, child)
        if parts is None:
            return None
        before += parts
        child = parent
    return None


def _in_expression(  # noqa: C901, PLR0911 - one short case for each kind of node.
    source: Source, parent: ast.AST, child: ast.AST
) -> list[Effect] | None:
    match parent:
        case ast.Call():
            return _in_call(source, parent, child)
        case ast.BinOp():
            return [effect(source, parent.left)] if child is parent.right else []
        case ast.Compare():
            if child is parent.left:
                return []
            # In `a < b < c`, c may not be evaluated.
            return [effect(source, parent.left)] if child is parent.comparators[0] else None
        case ast.BoolOp():
            return [] if child is parent.values[0] else None
        case ast.IfExp():
            return [] if child is parent.test else None
        case ast.Subscript():
            return [effect(source, parent.value)] if child is parent.slice else []
        case ast.Slice():
            return _until(source, [parent.lower, parent.upper, parent.step], child)
        case ast.Tuple() | ast.List() | ast.Set():
            return _until(source, parent.elts, child)
        case ast.Dict():
            pairs = zip(parent.keys, parent.values, strict=True)
            return _until(source, [part for pair in pairs for part in pair], child)
        case ast.comprehension():
            return [] if child is parent.iter else None
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return [] if child is parent.generators[0] else None
        case ast.withitem():
            return [] if child is parent.context_expr else None
        case (
            ast.UnaryOp()
            | ast.Attribute()
            | ast.Starred()
            | ast.Await()
            | ast.keyword()
            | ast.Yield()
        ):
            return []
    return None


def _in_call(source: Source, call: ast.Call, child: ast.AST) -> list[Effect] | None:
    if child is call.func:
        return []
    parts: list[ast.AST] = [*call.args, *call.keywords]
    places = [(one.lineno, one.col_offset) for one in parts]  # type: ignore[attr-defined]
    if places != sorted(places):
        return None  # `f(a=b, *c)` evaluates c before b.
    callee: ast.AST = call.func
    while isinstance(callee, ast.Attribute):
        callee = callee.value
    before = _until(source, parts, child)
    if before is None or isinstance(callee, ast.Name):
        return before
    return [effect(source, callee), *before]


def _until(source: Source, parts: Iterable[ast.AST | None], child: ast.AST) -> list[Effect] | None:
    before: list[Effect] = []
    for part in parts:
        if part is child:
            return before
        if part is not None:
            before.append(effect(source, part))
    return None


def _in_statement(source: Source, statement: ast.stmt, child: ast.AST) -> list[ast.AST] | None:
    match statement:
        case ast.Expr() | ast.Return() | ast.Assign() | ast.AnnAssign():
            return [] if child is statement.value else None
        case ast.AugAssign():
            return [statement.target] if child is statement.value else None
        case ast.If():
            is_elif = source.text.startswith("elif", source.span(statement)[0])
            return [] if child is statement.test and not is_elif else None
        case ast.For() | ast.AsyncFor():
            return [] if child is statement.iter else None
        case ast.With() | ast.AsyncWith():
            return [] if child is statement.items[0] else None
        case ast.Raise():
            return [] if child is statement.exc else None
        case ast.Match():
            return [] if child is statement.subject else None
    return None
