"""Rename a local variable, or a parameter that no caller can name, within its function."""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING

from pillion.refactor.names import is_name
from pillion.refactor.python.inline_variable import variable_at
from pillion.refactor.python.pick import in_template
from pillion.refactor.python.proof import becoming, renamed
from pillion.refactor.python.scopes import DECLARE, scopes_of
from pillion.refactor.python.source import COMPREHENSIONS, FUNCTIONS, read
from pillion.refactor.values import not_here, unsafe
from pillion.text.edits import Edit

if TYPE_CHECKING:
    from pillion.base.outcome import Nothing
    from pillion.refactor.python.scopes import Occurrence, Scopes, Variable
    from pillion.refactor.python.source import Source
    from pillion.refactor.values import Plan, Request


def rename(request: Request) -> Plan | Nothing:
    """Give the variable at the cursor the name of the request."""
    source = read(request.text)
    variable = variable_at(source, request.start) if source else None
    local = variable and isinstance(variable.scope.node, (*FUNCTIONS, *COMPREHENSIONS))
    if source is None or variable is None or not local:
        return not_here("Put the cursor on a local variable or a parameter.")
    scopes = scopes_of(source)
    problem = _problem(source, scopes, variable) or _taken(scopes, variable, request.name)
    if problem:
        return unsafe(problem)
    places = [_place(source, one) for one in variable.occurrences]
    if any(place is None for place in places):
        return unsafe("It gets its name in an import, a pattern, a global or a nonlocal.")
    edits = tuple(Edit(*place, request.name) for place in sorted(filter(None, places)))
    nodes = {one.node for one in variable.occurrences}
    return becoming(source, edits, lambda: renamed(source.tree, nodes, request.name))


def _problem(source: Source, scopes: Scopes, variable: Variable) -> str:
    if scopes.dynamic(variable.scope):
        return "Its function looks variables up by name."
    if any(one.how == DECLARE for one in variable.occurrences):
        return "It is declared global or nonlocal."
    if not variable.bindings:
        return "Nothing gives it a value here."
    parameters = [one.node for one in variable.bindings if isinstance(one.node, ast.arg)]
    if any(_can_be_named(source, node) for node in parameters):
        return "Callers may pass it by its name."
    nodes = [one.node for one in variable.occurrences]
    if sys.version_info < (3, 12) and any(in_template(source, node) for node in nodes):
        return "It is used inside of an f-string, where this Python does not say where."
    return ""


def _taken(scopes: Scopes, variable: Variable, name: str) -> str:
    if not is_name(name):
        return f"{name or 'That'} can't be a name."
    if name in scopes.inside(variable.scope):
        return f"The name {name} is used there already."
    if _mangled(name) or _mangled(variable.name):
        return "Names that begin with two underscores are special inside of a class."
    return ""


def _mangled(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def _can_be_named(source: Source, node: ast.arg) -> bool:
    """Tell whether a caller can pass the parameter by its name."""
    arguments = source.parents[node]
    function = source.parents[arguments]
    assert isinstance(arguments, ast.arguments)  # noqa: S101 - nothing else holds an `ast.arg`.
    if node in {*arguments.posonlyargs, arguments.vararg, arguments.kwarg}:
        return False
    # What a method is called on is never passed by its name.
    first = [*arguments.posonlyargs, *arguments.args][:1] == [node]
    is_method = isinstance(source.parents[function], ast.ClassDef)
    return not (first and is_method and node.arg in {"self", "cls"})


def _place(source: Source, one: Occurrence) -> tuple[int, int] | None:
    """Return where the name of an occurrence is written."""
    node, name = one.node, one.name
    if isinstance(node, ast.Name | ast.arg):
        start = source.span(node)[0]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        start = source.span(node)[0]
        match = re.compile(rf"(?:async\s+)?(?:def|class)\s+(?={name}\b)").match(source.text, start)
        start = match.end() if match else -1
    elif isinstance(node, ast.ExceptHandler) and node.type is not None:
        match = re.compile(rf"\)*\s+as\s+(?={name}\b)").match(
            source.text, source.span(node.type)[1]
        )
        start = match.end() if match else -1
    else:
        return None
    # Other spellings of a name (NFKC) are not worth the risk.
    return (start, start + len(name)) if source.text.startswith(name, max(start, 0)) else None
