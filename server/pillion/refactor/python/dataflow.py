"""Which variables go into a selection and which come out of it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.refactor.python.flow import surely_bound, through
from pillion.refactor.python.scopes import BIND, DELETE, LOAD, scopes_of
from pillion.refactor.python.source import COMPREHENSIONS, FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pillion.refactor.python.scopes import Scopes, Variable
    from pillion.refactor.python.source import Source


@dataclass(frozen=True, slots=True)
class Borders:
    """Names of variables, in the order in which they first stand in the code."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...] = ()


def in_and_out(
    source: Source,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    block: list[ast.stmt],
) -> Borders | str:
    """Return what goes into `block` and what comes out of it, or why that can't be told."""
    scopes = scopes_of(source)
    inside = {node for one in block for node in ast.walk(one)}
    used = _used(scopes, inside)
    own = [one for one in used if one.scope.node is function]
    foreign = [one for one in used if one not in own and not _within(one, inside, scopes)]
    problem = next(filter(None, (_problem(source, one, inside) for one in own)), "")
    problem = problem or next(filter(None, (_foreign(one, inside) for one in foreign)), "")
    if problem:
        return problem
    before = surely_bound(function, block[0])
    alone, informed = through(block), through(block, before)
    end = source.span(block[-1])[1]
    looped = _in_loop(source, block[0], function)
    inputs, outputs = [], []
    for one in own:
        binds = any(o.how == BIND and o.node in inside for o in one.occurrences)
        reads = one.name in alone.read_first and any(o.node in inside for o in one.loads)
        later = [o for o in one.occurrences if o.how != BIND and o.node not in inside]
        goes_out = binds and (
            any(looped or source.span(o.node)[0] >= end for o in later) or (looped and reads)
        )
        if goes_out and not alone.ended:
            outputs.append(one.name)
            if one.name not in informed.surely:
                return f"{one.name} may have no value after it."
        if reads or (goes_out and one.name not in alone.surely):
            inputs.append(one.name)
            if one.name not in before:
                return f"{one.name} may have no value before it."
    if outputs and any(isinstance(one, ast.Try | ast.TryStar) for one in source.above(block[0])):
        return "An error in it may be caught where variables are seen half changed."
    inputs += [one.name for one in foreign if one.scope is not scopes.module]
    return Borders(tuple(dict.fromkeys(inputs)), tuple(outputs))


def borders(source: Source, expression: ast.expr) -> Borders | str:
    """Return what goes into `expression`, or why that can't be told."""
    scopes = scopes_of(source)
    inside = set(ast.walk(expression))
    function, statement = source.function_of(expression), source.statement_of(expression)
    if function is None or statement is None:
        return "It stands outside of a function."
    before = surely_bound(function, statement)
    inputs = []
    for one in _used(scopes, inside):
        if one.scope is scopes.module or _within(one, inside, scopes):
            continue
        if one.scope.node is function:
            problem = _problem(source, one, inside)
            if not problem and one.name not in before and not _bound_by(source, one, expression):
                problem = f"{one.name} may have no value before it."
        elif isinstance(one.scope.node, COMPREHENSIONS):
            problem = _problem(source, one, inside)
        else:
            problem = _foreign(one, inside)
        if problem:
            return problem
        inputs.append(one.name)
    return Borders(tuple(inputs))


def _used(scopes: Scopes, inside: set[ast.AST]) -> list[Variable]:
    """Return the variables that stand in a selection, in its order."""
    found = {
        one: min(_place(o.node) for o in one.occurrences if o.node in inside)
        for scope in scopes.all
        for one in scope.variables.values()
        if any(o.node in inside for o in one.occurrences)
    }
    return sorted(found, key=lambda one: found[one])


def _place(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset  # type: ignore[attr-defined]


def _within(variable: Variable, inside: set[ast.AST], scopes: Scopes) -> bool:
    """Tell whether a variable belongs to a function or comprehension that is selected itself."""
    return variable.scope is not scopes.module and variable.scope.node in inside


def _problem(source: Source, variable: Variable, inside: set[ast.AST]) -> str:
    """Say what speaks against handing a variable of the function over."""
    name = variable.name
    if variable.declared or any(o.how == DELETE for o in variable.occurrences):
        return f"{name} is declared or deleted somewhere."
    if not variable.captured:
        return ""
    here = [o for o in variable.bindings if o.node in inside]
    once = len(variable.bindings) == 1 and not _repeats(source, variable)
    if here and any(o.node not in inside for o in variable.occurrences):
        return f"{name} is seen by a function inside, too."
    return "" if once or here == variable.bindings else f"{name} is seen by a function inside, too."


def _repeats(source: Source, variable: Variable) -> bool:
    """Tell whether the binding of a variable may run more than once in one run of its scope."""
    node = variable.bindings[0].node
    for one in source.above(node):
        if one is variable.scope.node:
            return isinstance(one, COMPREHENSIONS)
        if isinstance(one, ast.For | ast.While | ast.AsyncFor):
            return True
    return False


def _foreign(variable: Variable, inside: set[ast.AST]) -> str:
    """Say what speaks against reading a variable of another scope in a new function."""
    here = [one for one in variable.occurrences if one.node in inside]
    if any(one.how != LOAD for one in here):
        return f"{variable.name} belongs to another scope and gets a value here."
    if variable.scope.parent is None:
        return ""
    fixed = len(variable.bindings) == 1 and isinstance(variable.bindings[0].node, ast.arg)
    if not fixed or variable.declared or not isinstance(variable.scope.node, FUNCTIONS):
        return f"{variable.name} belongs to another function and may change."
    return ""


def _bound_by(source: Source, variable: Variable, node: ast.AST) -> bool:
    """Tell whether a loop around `node`, or its own statement, gives the variable its value."""
    names = {one.node for one in variable.bindings}
    above: Iterable[ast.AST] = source.above(node)
    return any(
        isinstance(one, ast.For) and not names.isdisjoint(ast.walk(one.target))
        and not any(node is part for part in ast.walk(one.iter))
        for one in above
    )  # fmt: skip


def _in_loop(source: Source, node: ast.AST, function: ast.AST) -> bool:
    for one in source.above(node):
        if one is function:
            return False
        if isinstance(one, ast.For | ast.While | ast.AsyncFor):
            return True
    return False
