"""Convert a function expression to an arrow function, where nobody can tell the two apart.

It must not use what arrows lack, and must be seen to be only ever called: handed to a well-known
method that calls it, or kept in a constant that is only called.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.refactor.script.proof import becoming, shape
from pillion.refactor.script.scopes import BIND
from pillion.refactor.script.source import above, below, read
from pillion.refactor.values import not_here, unsafe
from pillion.text.edits import Edit

if TYPE_CHECKING:
    from tree_sitter import Node

    from pillion.base.outcome import Nothing
    from pillion.refactor.script.proof import Shape
    from pillion.refactor.script.source import Source
    from pillion.refactor.values import Plan, Request

_CALLERS = frozenset(
    re.findall(
        r"\w+",
        "map filter forEach some every find findIndex findLast reduce reduceRight sort flatMap "
        "then catch finally setTimeout setInterval setImmediate queueMicrotask nextTick",
    )
)
_OWN = frozenset({"function_expression", "function_declaration", "method_definition"})


def to_arrow(request: Request) -> Plan | Nothing:
    """Make the function expression at the cursor an arrow function."""
    source = read(request)
    function = _function_at(source, request.start) if source else None
    if source is None or function is None:
        return not_here("Put the cursor on `function` of an expression without a name.")
    problem = _problem(source, function)
    if problem:
        return unsafe(problem)
    body, parameters = (
        function.child_by_field_name("body"),
        function.child_by_field_name("parameters"),
    )
    if body is None or parameters is None:
        return not_here()
    keyword = next(one for one in function.children if one.type == "function")
    start = source.span(keyword)[0]
    first = function.child_by_field_name("type_parameters") or parameters
    edits = (
        Edit(start, source.span(first)[0], ""),
        Edit(source.span(body)[0], source.span(body)[0], "=> "),
    )
    return becoming(
        source, edits, lambda _: shape(source, source.root, {function.id: _arrow(source, function)})
    )


def _function_at(source: Source, offset: int) -> Node | None:
    node = source.node_at(offset, offset)
    if node is None or node.type != "function_expression" or node.child_by_field_name("name"):
        return None
    keyword = next((one for one in node.children if one.type == "function"), None)
    first, last = source.span(node)[0], source.span(keyword)[1] if keyword else -1
    return node if first <= offset <= last else None


def _problem(source: Source, function: Node) -> str:
    for one in below(function):
        inner = next((up for up in above(one) if up.type in _OWN or up.type == "class_body"), None)
        if inner is not None and function.id not in {inner.id, one.id}:
            continue
        if one.type in {"this", "super", "meta_property"}:
            return "It uses what belongs to its own call."
        if one.type == "identifier" and source.slice(one) == "arguments":
            return "It uses its arguments as a list."
    parameters = function.child_by_field_name("parameters")
    if function.child_by_field_name("type_parameters") and source.parsed.language.id == "tsx":
        return "Type parameters of an arrow look like JSX."
    first = function.children[0], function.child_by_field_name("body")
    if (
        any(one.type == "comment" for one in function.children)
        or parameters is None
        or not all(first)
    ):
        return "A comment stands between its parts."
    return "" if _only_called(source, function) else "It may be used as a constructor somewhere."


def _only_called(source: Source, function: Node) -> bool:
    parent = function.parent
    if parent is None:
        return False
    if parent.type == "arguments" and parent.parent is not None:
        callee = parent.parent.child_by_field_name("function")
        if parent.parent.type != "call_expression" or callee is None:
            return False
        called = callee.child_by_field_name("property") or callee
        return source.slice(called) in _CALLERS
    kept = parent.child_by_field_name("name") if parent.type == "variable_declarator" else None
    variable = source.scopes.variable(kept) if kept is not None else None
    if variable is None or variable.kind != "const" or variable.scope.parent is None:
        return False
    return all(one.how == BIND or _is_called(one.node) for one in variable.occurrences)


def _is_called(node: Node) -> bool:
    parent = node.parent
    if parent is None or parent.type != "call_expression":
        return False
    function = parent.child_by_field_name("function")
    return function is not None and function.id == node.id


def _arrow(source: Source, function: Node) -> Shape:
    children: list[object] = []
    for one in function.children:
        if one.type == "function":
            continue
        if one.type == "statement_block":
            children.append(("=>",))
        children.append(shape(source, one, {-1: ("",)}))
    return ("arrow_function", *children)
