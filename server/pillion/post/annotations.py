"""Annotations that the function itself contradicts: `str` for what has its `price` taken.

What is known of a value is what the body does with it: attributes, calls, items and what is
returned. Builtin types can be held against that; types of the project are believed. Pure.
"""

from __future__ import annotations

import ast
import builtins
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

_ITEMS = {"list", "set", "frozenset", "tuple", "Sequence", "Iterable", "Iterator"}


def contradicted(function: Function) -> set[str]:
    """Return the parameters whose annotations cannot be true; ``return`` stands for the result."""
    found = {
        argument.arg
        for argument in _arguments(function)
        if argument.annotation is not None
        and not _fits(argument.annotation, argument.arg, function)
    }
    if function.returns is not None and not _returns_fit(function.returns, function):
        found.add("return")
    return found


def _arguments(function: Function) -> list[ast.arg]:
    found = function.args
    return [*found.posonlyargs, *found.args, *found.kwonlyargs]


def _fits(annotation: ast.expr, name: str, function: Function) -> bool:
    attributes = _attributes_of(function, lambda node: _is_name(node, name))
    options = _options(annotation)
    if not any(_has(option, attributes) for option in options):
        return False
    items = [item for option in options if (item := _item_of(option)) is not None]
    if not items:
        return True
    inside = _attributes_of_items(function, name)
    return any(_has(option, inside) for item in items for option in _options(item))


def _attributes_of_items(function: Function, name: str) -> set[str]:
    """Return what is taken of the items of `name`: ``name[i].x``, ``for a in name: a.x``."""
    found = _attributes_of(
        function, lambda node: isinstance(node, ast.Subscript) and _is_name(node.value, name)
    )
    loops = [node for node in ast.walk(function) if isinstance(node, ast.For | ast.comprehension)]
    for loop in loops:
        if _is_name(loop.iter, name) and isinstance(loop.target, ast.Name):
            found |= _attributes_of(function, partial(_is_called, loop.target.id))
    return found


def _attributes_of(function: Function, is_value: Callable[[ast.expr], bool]) -> set[str]:
    return {
        node.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and is_value(node.value)
    }


def _is_called(name: str, node: ast.expr) -> bool:
    return _is_name(node, name)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _options(annotation: ast.expr) -> list[ast.expr]:
    """Return the members of a union."""
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return [*_options(annotation.left), *_options(annotation.right)]
    if isinstance(annotation, ast.Subscript) and _called(annotation.value) in {"Optional", "Union"}:
        inner = annotation.slice
        return list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
    return [annotation]


def _called(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _has(annotation: ast.expr, attributes: set[str]) -> bool:
    """Tell whether a type may have these attributes; a type that is not builtin may have any."""
    base = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    if isinstance(base, ast.Constant) and base.value is None:
        return not attributes
    kind = getattr(builtins, _called(base), None)
    if not isinstance(kind, type):
        return True
    return all(hasattr(kind, one) for one in attributes)


def _item_of(annotation: ast.expr) -> ast.expr | None:
    if not isinstance(annotation, ast.Subscript) or _called(annotation.value) not in _ITEMS:
        return None
    inner = annotation.slice
    return inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner


def _returns_fit(annotation: ast.expr, function: Function) -> bool:
    """Tell whether a function returns something, and nothing, as its annotation says."""
    own = list(_own_nodes(function))
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own):
        return _called(getattr(annotation, "value", annotation)) not in dir(builtins)
    values = [node.value for node in own if isinstance(node, ast.Return)]
    gives = any(value is not None and not _is_none(value) for value in values)
    says_none = any(_is_none(option) for option in _options(annotation))
    only_none = _is_none(annotation)
    if only_none or not gives:
        return only_none and not gives
    may_be_none = any(value is None or _is_none(value) for value in values) or not _ends(
        function.body
    )
    # A name that was None once may still be.
    names = {value.id for value in values if isinstance(value, ast.Name)}
    unsure = any(
        isinstance(node, ast.Assign)
        and _is_none(node.value)
        and any(isinstance(target, ast.Name) and target.id in names for target in node.targets)
        for node in own
    )
    calls = any(isinstance(value, ast.Call | ast.Attribute | ast.Subscript) for value in values)
    if says_none:
        return may_be_none or unsure or calls
    return not may_be_none


def _own_nodes(function: Function) -> list[ast.AST]:
    """Return the nodes of a function without those of functions in it."""
    found: list[ast.AST] = []
    left: list[ast.AST] = list(function.body)
    while left:
        node = left.pop()
        found.append(node)
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            left += list(ast.iter_child_nodes(node))
    return found


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _ends(body: list[ast.stmt]) -> bool:
    """Tell whether control never gets behind the last statement."""
    last = body[-1] if body else None
    if isinstance(last, ast.Return | ast.Raise):
        return True
    if isinstance(last, ast.If):
        return bool(last.orelse) and _ends(last.body) and _ends(last.orelse)
    if isinstance(last, ast.With | ast.AsyncWith):
        return _ends(last.body)
    if isinstance(last, ast.Try):
        handled = all(_ends(handler.body) for handler in last.handlers)
        return _ends(last.finalbody) or (_ends(last.orelse or last.body) and handled)
    if isinstance(last, ast.While):
        return isinstance(last.test, ast.Constant) and bool(last.test.value)
    return isinstance(last, ast.Match) and all(_ends(case.body) for case in last.cases)
