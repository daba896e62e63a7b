"""Extract variable: `f(a, b + c)` becomes `name = b + c` and `f(a, name)`.

Done where the expression is evaluated exactly once by its statement, and nothing that is evaluated
before it can notice that it now comes first.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from pillion.refactor.names import fresh, is_name, value_name
from pillion.refactor.python.order import earlier, effect, swappable
from pillion.refactor.python.pick import expression_at, in_template
from pillion.refactor.python.proof import replaced, undone
from pillion.refactor.python.scopes import scopes_of
from pillion.refactor.python.source import read
from pillion.refactor.values import not_here, unsafe
from pillion.text.edits import Edit
from pillion.text.lines import eol_of

if TYPE_CHECKING:
    from pillion.base.outcome import Nothing
    from pillion.refactor.python.pick import Picked
    from pillion.refactor.python.source import Source
    from pillion.refactor.values import Edits, Plan, Request


def extract_variable(request: Request) -> Plan | Nothing:
    """Give the selected expression a name."""
    source = read(request.text)
    picked = expression_at(source, *request.trimmed) if source else None
    if source is None or picked is None:
        return not_here("Select a whole expression.")
    statement = source.statement_of(picked.node)
    if statement is None or isinstance(picked.node, ast.Name):
        return not_here("Select a whole expression that is more than a name.")
    problem = _problem(source, picked, statement)
    if problem:
        return unsafe(problem)
    taken = scopes_of(source).names
    name = request.name or fresh(value_name(source.slice(picked.node)), taken)
    if not is_name(name) or name in taken:
        return unsafe(f"The name {name} is taken, or none.")
    edits = _edits(source, picked, statement, name)
    return undone(source, edits, lambda tree: _undo(tree, name))


def _problem(source: Source, picked: Picked, statement: ast.stmt) -> str:
    start = source.span(statement)[0]
    before = None if in_template(source, picked.node) else earlier(source, picked.node)
    outside = next(
        (
            one
            for one in source.above(statement)
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        ),
        None,
    )
    if isinstance(outside, ast.ClassDef):
        return "A variable in the body of a class becomes a part of the class."
    if isinstance(statement, ast.Expr) and statement.value is picked.node:
        return "Its value is not used."
    if before is None:
        return "It may be evaluated never, later, or more than once there."
    if not all(swappable(effect(source, picked.node), one) for one in before):
        return "Something that stands before it would be evaluated after it."
    if any(isinstance(one, ast.NamedExpr | ast.Yield | ast.YieldFrom) for one in _parts(picked)):
        return "It gives something else a value, or hands one out."
    if not source.begins_line(start):
        return "Its statement does not begin a line."
    return ""


def _parts(picked: Picked) -> list[ast.AST]:
    return list(ast.walk(picked.node))


def _edits(source: Source, picked: Picked, statement: ast.stmt, name: str) -> Edits:
    text = source.text
    start = source.span(statement)[0]
    line = source.line_start(start)
    code = source.slice(picked.node)
    if "\n" in code or "\r" in code or isinstance(picked.node, ast.Tuple | ast.GeneratorExp):
        code = code if code[:1] in "([{" and _closes_at_end(code) else f"({code})"
    before = text[picked.start - 1 : picked.start]
    put = f" {name}" if before.isalnum() else name
    after = text[picked.end : picked.end + 1]
    put += " " if after.isalnum() else ""
    return (
        Edit(line, line, f"{text[line:start]}{name} = {code}{eol_of(text)}"),
        Edit(picked.start, picked.end, put),
    )


def _closes_at_end(code: str) -> bool:
    """Tell whether the first bracket of `code` closes with its last character, strings aside."""
    try:
        return isinstance(
            ast.parse(code, mode="eval").body,
            ast.List | ast.Dict | ast.Set | ast.ListComp | ast.SetComp | ast.DictComp
            | ast.Tuple | ast.GeneratorExp,
        )  # fmt: skip
    except SyntaxError:
        return False


def _undo(tree: ast.Module, name: str) -> ast.AST | None:
    """Put the value of the variable back where it is used, and take its statement out."""
    given = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == name
    ]
    uses = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
    ]
    if len(given) != 1 or len(uses) != 1:
        return None
    return replaced(tree, {given[0]: [], uses[0]: given[0].value})
