"""Statements that a Python function may lack, have too many, or have in the wrong place.

The second half of `pillion.syntax.variants`: what changes whole lines.
"""

from __future__ import annotations

import ast
import textwrap
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Change = tuple[str, int, int, str]
"""Kind, start, end, new text."""

_FILLS = {"append": ("list", "deque", "Queue"), "add": ("set",)}


class Source(Protocol):
    """A function's text and tree."""

    text: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    names: list[str]

    def offset(self, line: int, column: int) -> int:
        """Return the code point of a place as `ast` gives it."""

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return the range of a node."""

    def of(self, node: ast.expr | ast.stmt) -> str:
        """Return the text of a node."""


def statements(source: Source) -> Iterator[Change]:
    """Return the changes, the likelier ones first."""
    gaps = list(_gaps(source))
    yield from _base_cases(source)
    yield from _unfilled(source, gaps)
    yield from _assignments(source, gaps)
    yield from _copied(source, gaps)
    yield from _left_out(source)


Gap = tuple[int, str, ast.stmt]
"""Where a statement may stand: offset of a line's start, indentation, a neighbour."""


def _gaps(source: Source) -> Iterator[Gap]:
    """Return the places before, between and behind the statements of every block."""
    for block in _blocks(_body(source)):
        for statement in block:
            start = source.offset(statement.lineno, 0)
            indent = _indent(source, statement)
            if indent is not None:
                yield start, indent, statement
        last = block[-1]
        if not isinstance(last, ast.Return | ast.Raise | ast.Continue | ast.Break):
            end = source.text.find("\n", source.span(last)[1])
            indent = _indent(source, last)
            if indent is not None:
                yield (end + 1 if end >= 0 else len(source.text)), indent, last


def _body(source: Source) -> Sequence[ast.stmt]:
    """Return the statements without the docstring."""
    has_doc = ast.get_docstring(source.node, clean=False) is not None
    return source.node.body[1:] if has_doc else source.node.body


def _blocks(body: Sequence[ast.stmt]) -> Iterator[list[ast.stmt]]:
    if not body:
        return
    yield list(body)
    for statement in body:
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(statement, field, None)
            if isinstance(inner, list) and inner:
                yield from _blocks(inner)


def _indent(source: Source, statement: ast.stmt) -> str | None:
    """Return what stands before a statement on its line; None where that is no indentation."""
    start = source.offset(statement.lineno, 0)
    before = source.text[start : source.span(statement)[0]]
    return before if not before.strip() else None


def _insert(source: Source, kind: str, gap: Gap, text: str) -> Change:
    at, indent, _ = gap
    new = textwrap.indent(text, indent) + "\n"
    if at and source.text[at - 1] != "\n":
        new = "\n" + new
    return kind, at, at, new


def _base_cases(source: Source) -> Iterator[Change]:
    first = next(iter(_gaps(source)), None)
    arguments = [a.arg for a in source.node.args.args if a.arg not in {"self", "cls"}]
    if first is None:
        return
    for name in arguments:
        for condition in (f"not {name}", f"{name} is None"):
            for value in (name, "[]", "0", "1", "True", "False", "None", '""'):
                text = f"if {condition}:\n    return {value}"
                yield _insert(source, "missing base case", first, text)


def _unfilled(source: Source, gaps: Sequence[Gap]) -> Iterator[Change]:
    """Something is collected and never, or not everywhere, put in."""
    for node in ast.walk(source.node):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        collection = node.targets[0].id
        method = _method(node.value)
        if not method:
            continue
        for gap in gaps:
            for name in source.names:
                if name != collection:
                    text = f"{collection}.{method}({name})"
                    yield _insert(source, "missing statement", gap, text)


def _method(value: ast.expr) -> str:
    match value:
        case ast.List() | ast.ListComp():
            return "append"
        case ast.Set() | ast.SetComp():
            return "add"
        case ast.Call(func=ast.Name(id=name)):
            return next((method for method, makers in _FILLS.items() if name in makers), "")
    return ""


def _assignments(source: Source, gaps: Sequence[Gap]) -> Iterator[Change]:
    stored = {
        node.id
        for node in ast.walk(source.node)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    arguments = {a.arg for a in source.node.args.args}
    for target in source.names:
        if target not in stored | arguments:
            continue
        for value in source.names:
            if value != target:
                for gap in gaps:
                    yield _insert(source, "missing statement", gap, f"{target} = {value}")


def _copied(source: Source, gaps: Sequence[Gap]) -> Iterator[Change]:
    """A statement of the function is needed once more, elsewhere."""
    simple = [
        node
        for node in ast.walk(source.node)
        if isinstance(node, ast.Expr | ast.Assign | ast.AugAssign | ast.Return)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        and "\n" not in source.of(node)
    ]
    for text in dict.fromkeys(source.of(node) for node in simple):
        for gap in gaps:
            yield _insert(source, "missing statement", gap, text)


def _left_out(source: Source) -> Iterator[Change]:
    """A statement is too much; where it is alone in its block, nothing is done instead."""
    for block in _blocks(_body(source)):
        for statement in block:
            start, end = source.span(statement)
            if _indent(source, statement) is not None:
                yield "statement too many", start, end, "pass"
