"""Inline variable: the value of a local variable is put where the variable is used.

Done where it has one value, and where evaluating that later, or several times, gives the same:
constants and names anywhere, anything else only in the statement right below.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.refactor.python.order import earlier, effect, swappable
from pillion.refactor.python.pick import bracketed, in_template
from pillion.refactor.python.proof import becoming, replaced
from pillion.refactor.python.scopes import scopes_of
from pillion.refactor.python.source import FUNCTIONS, read
from pillion.refactor.values import not_here, unsafe
from pillion.text.edits import Edit

if TYPE_CHECKING:
    from pillion.base.outcome import Nothing
    from pillion.refactor.python.scopes import Scopes, Variable
    from pillion.refactor.python.source import Source
    from pillion.refactor.values import Plan, Request


def inline_variable(request: Request) -> Plan | Nothing:
    """Put the value of the variable at the cursor where the variable is used."""
    source = read(request.text)
    variable = variable_at(source, request.start) if source else None
    if source is None or variable is None or not isinstance(variable.scope.node, FUNCTIONS):
        return not_here("Put the cursor on a local variable.")
    scopes = scopes_of(source)
    given = _given(source, variable)
    if given is None:
        return unsafe("It is not given one value by one plain assignment.")
    problem = _problem(source, scopes, given)
    if problem:
        return unsafe(problem)
    start, end = source.span(given.statement)
    first, after = source.line_start(start), source.next_line(end)
    edits = [Edit(first, after, "")]
    for use in given.uses:
        code = bracketed(source, given.value, _place(source, use))
        edits.append(Edit(*source.span(use), code))
    changed: dict[ast.AST, ast.AST | list[ast.stmt]] = dict.fromkeys(given.uses, given.value)
    changed[given.statement] = []
    return becoming(source, tuple(edits), lambda: replaced(source.tree, changed))


def variable_at(source: Source, offset: int) -> Variable | None:
    """Return the variable whose name stands at `offset`."""
    scopes = scopes_of(source)
    for node in scopes.variable_of:
        if isinstance(node, ast.Name | ast.arg):
            start = source.span(node)[0]
            name = node.id if isinstance(node, ast.Name) else node.arg
            if start <= offset <= start + len(name) and source.text.startswith(name, start):
                return scopes.named(node, name)
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """The assignment of a variable and its uses."""

    variable: Variable
    statement: ast.Assign
    value: ast.expr
    uses: list[ast.Name]


def _given(source: Source, variable: Variable) -> _Given | None:
    if len(variable.bindings) != 1 or len(variable.occurrences) != 1 + len(variable.loads):
        return None
    node = variable.bindings[0].node
    statement = source.parents.get(node)
    if not isinstance(statement, ast.Assign) or statement.targets != [node]:
        return None
    uses = [one.node for one in variable.loads if isinstance(one.node, ast.Name)]
    return _Given(variable, statement, statement.value, uses)


def _problem(source: Source, scopes: Scopes, given: _Given) -> str:
    start, end = source.span(given.statement)
    block = source.block_of(given.statement)
    if not given.uses:
        return "It is never used; its value may be computed for what that does."
    if scopes.dynamic(given.variable.scope) or given.variable.captured:
        return "A function inside, or a look-up by name, may use it at another time."
    if not source.begins_line(start) or not source.ends_line(end) or len(block) == 1:
        return "Its assignment shares its line, or its block, with nothing else."
    if source.comments(start, source.line_end(end)):
        return "A comment beside its assignment would be lost."
    if any(in_template(source, use) for use in given.uses):
        return "It is used inside of an f-string."
    return _moves(source, scopes, given)


def _moves(source: Source, scopes: Scopes, given: _Given) -> str:
    """Say what speaks against evaluating the value where the variable is used."""
    block = source.block_of(given.statement)
    place = block.index(given.statement)
    after = block[place + 1] if place + 1 < len(block) else None
    if _lasts(scopes, given.value):
        inside = {node for one in block[place + 1 :] for node in ast.walk(one)}
        # Before it, or in another branch, the variable has no value and its use is an error.
        return "" if inside.issuperset(given.uses) else "It may be used where it has no value."
    if len(given.uses) > 1:
        return "Its value would be computed more than once."
    use = given.uses[0]
    if after is None or source.statement_of(use) is not after:
        return "Its value would be computed later, after something else has happened."
    before = earlier(source, use)
    if before is None:
        return "Its value would be computed only sometimes, or more than once."
    if isinstance(given.value, ast.NamedExpr | ast.Yield | ast.YieldFrom):
        return "Its value gives something else a value, or hands one out."
    if not all(swappable(effect(source, given.value), one) for one in before):
        return "Its value would be computed after something that stands before its use."
    return ""


def _lasts(scopes: Scopes, value: ast.expr) -> bool:
    """Tell whether `value` is the same object whenever it is evaluated."""
    if isinstance(value, ast.Constant):
        return value.value is not ...
    if isinstance(value, ast.UnaryOp) and isinstance(value.operand, ast.Constant):
        return True
    if not isinstance(value, ast.Name):
        return False
    variable = scopes.named(value, value.id)
    return (
        variable is not None
        and isinstance(variable.scope.node, FUNCTIONS)
        and len(variable.bindings) == 1
        and isinstance(variable.bindings[0].node, ast.arg)
        and len(variable.occurrences) == 1 + len(variable.loads)
    )


def _place(source: Source, use: ast.Name) -> ast.AST:
    """Return what the use is a part of; what is called counts as looked into."""
    parent = source.parents[use]
    if isinstance(parent, ast.Call) and use is parent.func:
        return ast.Attribute(use, "", ast.Load())
    return parent
