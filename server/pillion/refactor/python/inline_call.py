"""Inline call: a call of a function of this file becomes what the function returns.

Done where the function is one expression and every argument a constant or a name, so that nothing
is evaluated in another order or number. The function itself stays: others may use it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pillion.refactor.python.order import Effect, effect
from pillion.refactor.python.pick import bracketed, in_template
from pillion.refactor.python.proof import becoming, replaced
from pillion.refactor.python.scopes import scopes_of
from pillion.refactor.python.source import read
from pillion.refactor.values import applied, not_here, unsafe
from pillion.text.edits import Edit

if TYPE_CHECKING:
    from pillion.base.outcome import Nothing
    from pillion.refactor.python.scopes import Scope, Scopes
    from pillion.refactor.python.source import Source
    from pillion.refactor.values import Plan, Request


def inline_call(request: Request) -> Plan | Nothing:
    """Put what a function returns in the place of the call at the cursor."""
    source = read(request.text)
    call = _call_at(source, request.start) if source else None
    if source is None or call is None:
        return not_here("Put the cursor on the name of a called function of this file.")
    scopes = scopes_of(source)
    function = _called(source, scopes, call)
    if isinstance(function, str):
        return unsafe(function)
    result = function.body[0].value  # type: ignore[attr-defined]
    given = _arguments(source, function, call)
    if isinstance(given, str):
        return unsafe(given)
    problem = _problem(source, scopes, function, result, call)
    if problem:
        return unsafe(problem)
    uses: dict[ast.AST, ast.expr] = {
        node: given[node.id]
        for node in ast.walk(result)
        if isinstance(node, ast.Name) and node.id in given
    }
    start, _ = source.span(result)
    inner = tuple(
        Edit(a - start, b - start, bracketed(source, value, source.parents[node]))
        for node, value in uses.items()
        for a, b in (source.span(node),)
    )
    code = applied(source.slice(result), inner)
    simple = isinstance(result, ast.Call | ast.Name | ast.List | ast.Dict) and "\n" not in code
    edits = (Edit(*source.span(call), code if simple else f"({code})"),)
    return becoming(
        source,
        edits,
        lambda: replaced(source.tree, {call: replaced(result, uses)}),
    )


def _call_at(source: Source, offset: int) -> ast.Call | None:
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            start, end = source.span(node.func)
            if start <= offset <= end:
                return node
    return None


def _called(source: Source, scopes: Scopes, call: ast.Call) -> ast.FunctionDef | str:
    name = call.func.id  # type: ignore[attr-defined]
    variable = scopes.named(call.func, name)
    if variable is None or variable.scope is not scopes.module or len(variable.bindings) != 1:
        return "It is not a function of this file, or not always the same one."
    function = variable.bindings[0].node
    if not isinstance(function, ast.FunctionDef) or variable.declared or function.decorator_list:
        return "It is no plain function of this file."
    if function not in source.tree.body:
        return "It is not defined in every case."
    if len(function.body) != 1 or not isinstance(function.body[0], ast.Return):
        return "It does more than to return one expression."
    if function.body[0].value is None or function in set(source.above(call)):
        return "It returns nothing, or calls itself."
    return function


def _arguments(
    source: Source, function: ast.FunctionDef, call: ast.Call
) -> dict[str, ast.expr] | str:
    names = function.args
    if names.vararg or names.kwarg or names.kwonlyargs or names.defaults:
        return "Its parameters are not all plain ones."
    parameters = [*names.posonlyargs, *names.args]
    given = dict(zip((one.arg for one in parameters), call.args, strict=False))
    given |= {one.arg: one.value for one in call.keywords if one.arg}
    if len(given) != len(parameters) or len(given) != len(call.args) + len(call.keywords):
        return "Its arguments don't match its parameters one by one."
    for value in given.values():
        if (
            not isinstance(value, ast.Constant | ast.Name)
            or effect(source, value) != Effect.SETTLED
        ):
            return "An argument is more than a constant or a name."
    return given


def _problem(
    source: Source, scopes: Scopes, function: ast.FunctionDef, result: ast.expr, call: ast.Call
) -> str:
    inside = scopes.by_node[function]
    pieces = list(ast.walk(result))
    if any(isinstance(node, _DEFERRED) for node in pieces):
        return "What it returns runs at another time, or has names of its own."
    if in_template(source, call) or any(isinstance(one, ast.JoinedStr) for one in pieces):
        return "It is called inside of an f-string, or returns one."
    if any(_special(one) for one in pieces):
        return "It uses a name that means something else in another place."
    if source.comments(*source.span(function.body[0])) or source.comments(*source.span(call)):
        return "A comment would be lost."
    outer = {
        node.id
        for node in ast.walk(result)
        if isinstance(node, ast.Name) and node.id not in inside.bound
    }
    used = {node.id for node in pieces if isinstance(node, ast.Name)}
    if not used.issuperset(inside.bound):
        return "An argument would not be evaluated."
    scope = _scope_of(source, scopes, call)
    while scope is not scopes.module:
        if not outer.isdisjoint(scope.bound):
            return "A name that it uses means something else where it is called."
        assert scope.parent is not None  # noqa: S101 - only the module has none.
        scope = scope.parent
    return ""


_DEFERRED = (
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.NamedExpr,
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
)


def _special(node: ast.AST) -> bool:
    """Tell whether a name depends on the function or class that it stands in."""
    name = {ast.Name: "id", ast.Attribute: "attr"}.get(type(node))
    text = str(getattr(node, name)) if name else ""
    return text in _SPECIAL or (text.startswith("__") and not text.endswith("__"))


_SPECIAL = frozenset({"super", "locals", "vars", "dir", "eval", "exec", "__class__"})


def _scope_of(source: Source, scopes: Scopes, node: ast.AST) -> Scope:
    return next(
        (scopes.by_node[one] for one in source.above(node) if one in scopes.by_node), scopes.module
    )
