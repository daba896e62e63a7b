"""Loop to comprehension: an empty collection filled by the loop right below it.

    found = []
    for item in items:           found = [item.name for item in items if item.ok]
        if item.ok:
            found.append(item.name)

Lists, sets and dictionaries. Only in functions, and never where a half-filled collection or the
last value of the loop's variable could be seen.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.refactor.python.order import effect, swappable
from pillion.refactor.python.proof import becoming, replaced
from pillion.refactor.python.scopes import scopes_of
from pillion.refactor.python.source import COMPREHENSIONS, read
from pillion.refactor.values import not_here, unsafe
from pillion.text.edits import Edit
from pillion.text.lines import eol_of

if TYPE_CHECKING:
    from pillion.base.outcome import Nothing
    from pillion.refactor.python.source import Source
    from pillion.refactor.values import Plan, Request

_WIDTH = 100
"""Longer comprehensions are written over several lines."""


@dataclass(frozen=True, slots=True, eq=False)
class _Loop:
    """What a loop fills, with what, from where."""

    start: ast.Assign
    loop: ast.For
    name: str
    kind: str
    key: ast.expr | None
    value: ast.expr
    tests: list[ast.expr]


def to_comprehension(request: Request) -> Plan | Nothing:
    """Write the loop at the cursor as a comprehension."""
    source = read(request.text)
    loop = _loop_at(source, *request.trimmed) if source else None
    if source is None or loop is None:
        return not_here("Put the cursor on a loop that fills the collection right above it.")
    problem = _problem(source, loop)
    if problem:
        return unsafe(problem)
    start, end = source.span(loop.start.value)[0], source.span(loop.loop)[1]
    edits = (Edit(start, end, _written(source, loop)),)
    return becoming(
        source, edits, lambda: replaced(source.tree, {loop.start.value: _node(loop), loop.loop: []})
    )


def _loop_at(source: Source, start: int, end: int) -> _Loop | None:
    line = source.lines.at(start)
    for node in source.nodes:
        if not isinstance(node, ast.For):
            continue
        block = source.block_of(node)
        place = block.index(node)
        if not place or source.lines.at(source.span(block[place - 1])[0]) > line:
            continue
        if line <= node.lineno - 1 and end <= source.span(node)[1]:
            found = _read(block[place - 1], node)
            if found is not None:
                return found
    return None


def _read(above: ast.stmt, loop: ast.For) -> _Loop | None:
    if not isinstance(above, ast.Assign) or len(above.targets) != 1:
        return None
    target, kind = above.targets[0], _kind(above.value)
    if not isinstance(target, ast.Name) or not kind:
        return None
    tests: list[ast.expr] = []
    body = loop.body
    while len(body) == 1 and isinstance(body[0], ast.If) and not body[0].orelse:
        tests.append(body[0].test)
        body = body[0].body
    if len(body) != 1 or loop.orelse:
        return None
    match kind, body[0]:
        case "list" | "set", ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[value], keywords=[]
            )
        ) if name == target.id and (kind, method) in {("list", "append"), ("set", "add")}:
            if not isinstance(value, ast.Starred):
                return _Loop(above, loop, name, kind, None, value, tests)
        case "dict", ast.Assign(
            targets=[ast.Subscript(value=ast.Name(id=name), slice=key)], value=value
        ) if name == target.id and not isinstance(key, ast.Slice):
            return _Loop(above, loop, name, kind, key, value, tests)
    return None


def _kind(value: ast.expr) -> str:
    match value:
        case ast.List(elts=[]):
            return "list"
        case ast.Dict(keys=[]):
            return "dict"
        case ast.Call(func=ast.Name(id="list" | "dict" | "set" as name), args=[], keywords=[]):
            return name
    return ""


def _problem(source: Source, found: _Loop) -> str:
    function = source.function_of(found.loop)
    if function is None:
        return "Outside of a function, others can see the loop's variable afterwards."
    scopes = scopes_of(source)
    scope = scopes.by_node[function]
    parts = [*found.tests, found.value, *([found.key] if found.key else [])]
    pieces = [node for part in parts for node in ast.walk(part)]
    names = {
        node.id for node in [*pieces, *ast.walk(found.loop.iter)] if isinstance(node, ast.Name)
    }
    variable = scope.variables.get(found.name)
    if isinstance(found.start.value, ast.Call):
        maker = scopes.named(found.start.value.func, found.kind)
        if maker is None or maker.bindings:
            return f"{found.kind} is not Python's own there."
    if variable is None or variable.captured or variable.declared or scopes.dynamic(scope):
        return "A function inside, or a look-up by name, may see it half filled."
    if found.name in names:
        return "It looks at itself while it is filled."
    if any(isinstance(one, _CATCHES) for one in source.above(found.loop)):
        return "An error in the loop may be caught where it is seen half filled."
    if "super" in names:
        return "super() means something else in a comprehension."
    if any(isinstance(one, _SPECIAL) for one in pieces):
        return "The loop gives a value to a name, waits, hands out, or makes a function."
    if found.key is not None and not swappable(
        effect(source, found.key), effect(source, found.value)
    ):
        return "Keys and values would be computed in another order."
    if source.comments(source.span(found.start)[1], source.span(found.loop)[1]):
        return "A comment would be lost."
    return _leaks(source, found)


_CATCHES = (ast.Try, ast.TryStar, ast.With, ast.AsyncWith)
_SPECIAL = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Lambda, *COMPREHENSIONS)


def _leaks(source: Source, found: _Loop) -> str:
    """Say whether the loop's variables are seen outside of it."""
    scopes = scopes_of(source)
    own, around = set(ast.walk(found.loop)), set(source.above(found.loop))
    for node in ast.walk(found.loop.target):
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            return "The loop stores into something other than a variable."
        if not isinstance(node, ast.Name):
            continue
        variable = scopes.named(node, node.id)
        if variable is None or variable.captured or variable.declared:
            return "The loop's variable is used by a function inside."
        for one in variable.occurrences:
            if one.node not in own and not _bound_again(source, one.node, node.id, around):
                return "The loop's variable is used elsewhere."
    return ""


def _bound_again(source: Source, node: ast.AST, name: str, around: set[ast.AST]) -> bool:
    """Tell whether `node` lies in a loop over the same name, and this loop does not."""
    return any(
        isinstance(loop, ast.For)
        and loop not in around
        and name in {one.id for one in ast.walk(loop.target) if isinstance(one, ast.Name)}
        and not any(node is part for part in ast.walk(loop.iter))
        and not any(node is part for other in loop.orelse for part in ast.walk(other))
        for loop in source.above(node)
    )


def _written(source: Source, found: _Loop) -> str:
    opening, closing = ("[", "]") if found.kind == "list" else ("{", "}")
    result = _code(source, found.value)
    if found.key is not None:
        result = f"{_code(source, found.key)}: {result}"
    target = source.slice(found.loop.target)
    heads = [f"for {target} in {_code(source, found.loop.iter)}"]
    heads += [f"if {_code(source, test)}" for test in found.tests]
    line = f"{opening}{' '.join([result, *heads])}{closing}"
    start = source.span(found.start)[0]
    indent = source.text[source.line_start(start) : start]
    width = source.span(found.start.value)[0] - source.line_start(start) + len(line)
    if width <= _WIDTH and "\n" not in line:
        return line
    step = "\t" if indent.endswith("\t") else "    "
    eol = eol_of(source.text)
    inner = "".join(f"{indent}{step}{piece}{eol}" for piece in (result, *heads))
    return f"{opening}{eol}{inner}{indent}{closing}"


def _code(source: Source, node: ast.expr) -> str:
    code = source.slice(node)
    loose = isinstance(node, ast.Tuple | ast.IfExp | ast.GeneratorExp) or (
        "\n" in code and not isinstance(node, ast.Constant)
    )
    return f"({code})" if loose and not code.startswith("(") else code


def _node(found: _Loop) -> ast.expr:
    generator = ast.comprehension(found.loop.target, found.loop.iter, found.tests, 0)
    if found.key is not None:
        return ast.DictComp(found.key, found.value, [generator])
    if found.kind == "set":
        return ast.SetComp(found.value, [generator])
    return ast.ListComp(found.value, [generator])
