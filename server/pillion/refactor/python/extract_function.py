"""Extract function: selected statements, or an expression, become a function of their own.

What the selection reads comes in as arguments, what is read of it later goes out as results. It is
refused where a variable may have no value, is seen by another function, or where the selection
leaves its place in another way than at its end.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.refactor.names import fresh, is_name, words
from pillion.refactor.python.dataflow import Borders, borders, in_and_out
from pillion.refactor.python.pick import expression_at, in_template
from pillion.refactor.python.proof import replaced, undone
from pillion.refactor.python.source import FUNCTIONS, read
from pillion.refactor.values import not_here, unsafe
from pillion.text.edits import Edit
from pillion.text.lines import eol_of, indent_of

if TYPE_CHECKING:
    from pillion.base.outcome import Nothing
    from pillion.refactor.python.pick import Picked
    from pillion.refactor.python.source import Source
    from pillion.refactor.values import Plan, Request


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Selected statements, with the comments above and behind them."""

    statements: list[ast.stmt]
    start: int
    end: int
    """The ends of whole lines."""


def extract_function(request: Request) -> Plan | Nothing:
    """Make a function of the selection."""
    source = read(request.text)
    if source is None:
        return not_here("The file does not parse.")
    # With an underscore, so that a star import of the module does not bring it along.
    taken = words(source.text)
    name = request.name or fresh("_extracted", taken)
    if not is_name(name) or name in taken:
        return unsafe(f"The name {name} is taken, or none.")
    block = _block_at(source, *request.trimmed)
    picked = expression_at(source, *request.trimmed) if block is None else None
    if block is not None:
        return _of_statements(source, block, name)
    if picked is not None and not isinstance(picked.node, ast.Name | ast.Constant):
        return _of_expression(source, picked, name)
    return not_here("Select whole statements, or a whole expression.")


def _of_statements(source: Source, block: _Block, name: str) -> Plan | Nothing:
    function = source.function_of(block.statements[0])
    if function is None:
        return unsafe("Outside of a function, variables belong to the module or the class.")
    nodes = [node for one in block.statements for node in ast.walk(one)]
    problem = _problem(nodes) or _leaves(source, block, nodes)
    if problem:
        return unsafe(problem)
    found = in_and_out(source, function, block.statements)
    if isinstance(found, str):
        return unsafe(found)
    returns = isinstance(block.statements[-1], ast.Return)
    return _made(source, block, name, found, returns=returns)


def _made(
    source: Source, block: _Block, name: str, found: Borders, *, returns: bool
) -> Plan | Nothing:
    text, eol = source.text, eol_of(source.text)
    indent = indent_of(text[source.line_start(source.span(block.statements[0])[0]) :])
    step = "\t" if indent.startswith("\t") else "    "
    body = _indented(source, block, indent, step)
    results = ", ".join(found.outputs)
    if results and not returns:
        body += f"{eol}{step}return {results}"
    call = f"{name}({', '.join(found.inputs)})"
    if returns:
        call = f"return {call}"
    elif results:
        call = f"{results} = {call}"
    new = f"def {name}({', '.join(found.inputs)}):{eol}{body}{eol}{eol}{eol}"
    place = _place(source, block.statements[0])
    edits = (Edit(place, place, new), Edit(block.start, block.end, f"{indent}{call}"))
    given = bool(results) and not returns
    return undone(source, edits, lambda tree: _undo(tree, name, given=given))


def _of_expression(source: Source, picked: Picked, name: str) -> Plan | Nothing:
    if source.function_of(picked.node) is None:
        return unsafe("Outside of a function, names may mean what belongs to the module or class.")
    nodes = list(ast.walk(picked.node))
    problem = _problem(nodes)
    if problem or in_template(source, picked.node):
        return unsafe(problem or "It stands inside of an f-string.")
    found = borders(source, picked.node)
    if isinstance(found, str):
        return unsafe(found)
    text, eol = source.text, eol_of(source.text)
    code = source.slice(picked.node)
    if "\n" in code or "\r" in code:
        code = f"({code})"
    arguments = ", ".join(found.inputs)
    new = f"def {name}({arguments}):{eol}    return {code}{eol}{eol}{eol}"
    place = _place(source, picked.node)
    put = f"{name}({arguments})"
    if text[picked.start - 1 : picked.start].isalnum():
        put = f" {put}"
    if text[picked.end : picked.end + 1].isalnum():
        put += " "
    edits = (Edit(place, place, new), Edit(picked.start, picked.end, put))
    return undone(source, edits, lambda tree: _undo_expression(tree, name))


def _block_at(source: Source, start: int, end: int) -> _Block | None:
    """Return the statements of one block that fill ``text[start:end]`` but for comments."""
    if start >= end:
        return None
    inside = [
        node
        for node in source.nodes
        if isinstance(node, ast.stmt)
        and source.start_of(node) >= start
        and source.span(node)[1] <= end
    ]
    outermost = [node for node in inside if source.statement_of(source.parents[node]) not in inside]
    if not outermost:
        return None
    outermost.sort(key=source.span)
    block = source.block_of(outermost[0])
    first = block.index(outermost[0])
    if block[first : first + len(outermost)] != outermost:
        return None
    begin, stop = source.start_of(outermost[0]), source.span(outermost[-1])[1]
    if not (_only_comments(source.text[start:begin]) and _only_comments(source.text[stop:end])):
        return None
    if not (source.begins_line(begin) and source.begins_line(start) and source.ends_line(stop)):
        return None
    # A comment beside the last statement goes along.
    return _Block(outermost, source.line_start(start), source.line_end(max(stop, end - 1)))


def _only_comments(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return all(not line or line.startswith("#") for line in lines)


def _problem(nodes: list[ast.AST]) -> str:
    if any(isinstance(node, _WAITS) for node in nodes):
        return "It waits, hands a value out, or gives one to a name in the middle."
    if any(isinstance(node, ast.Global | ast.Nonlocal | ast.Delete) for node in nodes):
        return "It declares or deletes a variable."
    for node in nodes:
        field = {ast.Name: "id", ast.Attribute: "attr", ast.arg: "arg", ast.FunctionDef: "name"}
        name = str(getattr(node, field.get(type(node), ""), ""))
        if name in _SPECIAL and isinstance(node, ast.Name):
            return f"{name} means something else in another function."
        if name in _FRAMES or (isinstance(node, ast.keyword) and node.arg == "stacklevel"):
            return "It asks for the function that it stands in."
        if name.startswith("__") and not name.endswith("__"):
            return "Names that begin with two underscores are special inside of a class."
    return ""


_WAITS = (
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
    ast.NamedExpr,
    ast.AsyncFor,
    ast.AsyncWith,
)
_FRAMES = frozenset({"_getframe", "currentframe", "stack", "extract_stack", "print_stack"})
_SPECIAL = frozenset({"super", "__class__", "locals", "vars", "dir", "eval", "exec"})


def _leaves(source: Source, block: _Block, nodes: list[ast.AST]) -> str:
    """Say whether the selection is left in another way than at its end."""
    inside = set(nodes)
    last = block.statements[-1]
    for node in nodes:
        if isinstance(node, ast.Return) and node is not last:
            function = next(one for one in source.above(node) if isinstance(one, FUNCTIONS))
            if function not in inside:
                return "It returns from the middle."
        if isinstance(node, ast.Break | ast.Continue):
            loop = next(one for one in source.above(node) if isinstance(one, ast.For | ast.While))
            if loop not in inside:
                return "It leaves a loop that is not selected."
        if isinstance(node, ast.AsyncFunctionDef | ast.ClassDef):
            return "It defines a class or a coroutine."
    first = block.statements[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return "It begins with a text that may be documentation."
    return ""


def _place(source: Source, node: ast.AST) -> int:
    """Return where a new function goes: above the definition of the module that holds `node`."""
    top = [one for one in (node, *source.above(node)) if isinstance(one, ast.stmt)][-1]
    number = source.lines.at(source.start_of(top))
    while number and source.text[source.lines.starts[number - 1] :].startswith("#"):
        number -= 1
    return source.lines.starts[number]


def _indented(source: Source, block: _Block, indent: str, step: str) -> str:
    """Return the selected lines for the body of a function; lines inside of strings stay."""
    text = source.text
    frozen = {
        line
        for statement in block.statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for line in range(node.lineno, node.end_lineno or node.lineno)
    }
    first, last = source.lines.at(block.start), source.lines.at(max(block.start, block.end - 1))
    pieces = []
    for number in range(first, last + 1):
        start = source.lines.starts[number]
        end = block.end if number == last else source.lines.starts[number + 1]
        line = text[start:end]
        if number in frozen or not line.strip():
            pieces.append(line)
        elif line.startswith(indent):
            pieces.append(step + line[len(indent) :])
        else:
            pieces.append(step + line.lstrip(" \t"))
    return "".join(pieces)


def _undo(tree: ast.Module, name: str, *, given: bool) -> ast.AST | None:
    """Put the body of the new function back in the place of its call."""
    function = next(
        (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name), None
    )
    statement = next(
        (
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr | ast.Assign | ast.Return) and _calls(node.value, name)
        ),
        None,
    )
    if function is None or statement is None:
        return None
    body = function.body[:-1] if given else function.body
    return replaced(tree, {function: [], statement: body})


def _undo_expression(tree: ast.Module, name: str) -> ast.AST | None:
    function = next(
        (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name), None
    )
    call = next((node for node in ast.walk(tree) if _calls(node, name)), None)
    result = function.body[0] if function else None
    if function is None or call is None or not isinstance(result, ast.Return) or not result.value:
        return None
    return replaced(tree, {function: [], call: result.value})


def _calls(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
