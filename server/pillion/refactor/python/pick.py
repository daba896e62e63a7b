"""The expression or the statements that a selection means, and whether they can be written anew."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pillion.refactor.python.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """A selected expression."""

    node: ast.expr
    start: int
    end: int
    """The range that it fills, brackets around it included if they are selected."""


def expression_at(source: Source, start: int, end: int) -> Picked | None:
    """Return the expression that ``text[start:end]`` is, brackets around it or not."""
    if start >= end:
        return None
    first, last = start, end
    while True:
        for node in source.nodes:
            if isinstance(node, ast.expr) and not isinstance(node, ast.Starred | ast.Slice):
                loaded = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
                if loaded and source.span(node) == (first, last):
                    return Picked(node, start, end)
        inner = source.text[first:last]
        if not (inner.startswith("(") and inner.endswith(")")):
            return None
        stripped = inner[1:-1]
        first += 1 + len(stripped) - len(stripped.lstrip())
        last = first + len(stripped.strip())
        if first >= last:
            return None


def in_template(source: Source, node: ast.AST) -> bool:
    """Tell whether `node` stands inside of an f-string, where positions and quotes are special."""
    return any(isinstance(one, ast.JoinedStr | ast.FormattedValue) for one in source.above(node))


_ATOMS = (
    ast.Name,
    ast.Call,
    ast.Attribute,
    ast.Subscript,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
)
_LOOSEST = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Lambda, ast.Tuple, ast.Starred)


def bracketed(source: Source, node: ast.expr, place: ast.AST) -> str:
    """Return the text of `node` as it must be written in `place`, another node of the tree.

    Brackets too many are no harm; brackets missing would be.
    """
    code = source.slice(node)
    closed = isinstance(node, ast.GeneratorExp | ast.Tuple) and code.startswith("(")
    loose = "\n" in code or "\r" in code
    if closed or (isinstance(node, _ATOMS) and not (loose and not code.startswith(("[", "{")))):
        return code
    if isinstance(node, ast.Constant) and not loose:
        if isinstance(node.value, str | bytes):
            # Strings side by side become one; a single one is as tight as a name.
            single = code.count(code[-1]) == 2
            return code if single else f"({code})"
        return f"({code})" if isinstance(place, ast.Attribute) else code
    alone = isinstance(place, ast.Assign | ast.Return | ast.Expr | ast.keyword | ast.AnnAssign) or (
        isinstance(place, ast.Call) and not isinstance(node, ast.GeneratorExp)
    )
    return code if alone and not loose and not isinstance(node, _LOOSEST) else f"({code})"
