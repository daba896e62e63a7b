"""Inline a constant: its value is put where it is used; see `refactor.python.inline_variable`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.refactor.script.extract_variable import statement_of
from pillion.refactor.script.order import Effect, earlier, effect, swappable
from pillion.refactor.script.proof import GONE, becoming, shape
from pillion.refactor.script.scopes import BIND, LOAD
from pillion.refactor.script.source import above, below, read
from pillion.refactor.values import not_here, unsafe
from pillion.text.edits import Edit

if TYPE_CHECKING:
    from tree_sitter import Node

    from pillion.base.outcome import Nothing
    from pillion.refactor.script.scopes import Variable
    from pillion.refactor.script.source import Source
    from pillion.refactor.values import Plan, Request


def inline_variable(request: Request) -> Plan | Nothing:
    """Put the value of the constant at the cursor where it is used."""
    source = read(request)
    variable = variable_at(source, request.start) if source else None
    if source is None or variable is None or variable.kind not in {"const", "let"}:
        return not_here("Put the cursor on a constant.")
    binds, loads = variable.how(BIND), variable.how(LOAD)
    declarator = binds[0].node.parent
    if declarator is None or declarator.type != "variable_declarator":
        return unsafe("It takes its value out of something larger.")
    value, declaration = declarator.child_by_field_name("value"), declarator.parent
    if value is None or declaration is None or len(binds) + len(loads) != len(variable.occurrences):
        return unsafe("It has no value at first, or gets another one.")
    uses = [one.node for one in loads]
    problem = _problem(source, _Given(variable, declarator, declaration, value, uses))
    if problem:
        return unsafe(problem)
    start, end = source.span(declaration)
    edits = [Edit(source.line_start(start), source.next_line(end), "")]
    edits += [Edit(*source.span(use), _written(source, value, use)) for use in uses]
    expected = {use.id: _shape(source, value, use) for use in uses}
    expected[declaration.id] = GONE
    return becoming(source, tuple(edits), lambda _: shape(source, source.root, expected))


def variable_at(source: Source, offset: int) -> Variable | None:
    """Return the variable whose name stands at `offset`."""
    for one in source.scopes.occurrences:
        start, end = source.span(one.node)
        if start <= offset <= end:
            return source.scopes.variable(one.node)
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """A declared value and its uses."""

    variable: Variable
    declarator: Node
    declaration: Node
    value: Node
    uses: list[Node]


def _problem(source: Source, given: _Given) -> str:
    start, end = source.span(given.declaration)
    block = given.declaration.parent
    if not given.uses:
        return "It is never used; its value may be computed for what that does."
    if block is None or block.type != "statement_block" or given.declaration.named_child_count != 1:
        return "It is not declared by itself, in a function."
    if not source.begins_line(start) or not source.ends_line(end):
        return "Its declaration shares its line."
    if given.declarator.child_by_field_name("type") is not None:
        return "Its type would be lost."
    if any(one.type == "comment" for one in below(given.declaration)):
        return "A comment would be lost."
    if given.value.type in {"arrow_function", "function_expression", "class"}:
        return "A function takes its name from it."
    if any("jsx" in one.parent.type for one in given.uses if one.parent is not None):
        return "It is part of JSX."
    if given.value.type in {"string", "number", "true", "false", "null"}:
        return ""
    if given.variable.captured:
        return "A function inside may use it at another time."
    return _moves(source, given)


def _moves(source: Source, given: _Given) -> str:
    """Say what speaks against evaluating the value where it is used."""
    if len(given.uses) > 1:
        return "Its value would be computed more than once."
    use, value, following = given.uses[0], given.value, given.declaration.next_named_sibling
    if following is None or statement_of(use) is None or following.id not in _around(use):
        return "Its value would be computed later, after something else has happened."
    before = earlier(source, use, following)
    if before is None:
        return "Its value would be computed only sometimes, or more than once."
    if not all(swappable(effect(source, value), one) for one in before):
        return "Its value would be computed after something that stands before its use."
    if any(one.type == "yield_expression" for one in below(value)):
        return "Its value hands one out."
    called = use.parent
    is_called = called is not None and called.type in {"call_expression", "new_expression"}
    if is_called and effect(source, value) > Effect.NAMES:
        return "It would be called on something else."
    return ""


def _around(node: Node) -> set[int]:
    return {one.id for one in above(node)}


_TIGHT = frozenset(
    {
        "identifier",
        "string",
        "template_string",
        "true",
        "false",
        "null",
        "this",
        "array",
        "member_expression",
        "subscript_expression",
        "call_expression",
        "parenthesized_expression",
    }
)


def _written(source: Source, value: Node, use: Node) -> str:
    code = source.slice(value)
    optional = any(one.type == "optional_chain" for one in below(value))
    looked_into = use.parent is not None and use.parent.type == "member_expression"
    tight = value.type in _TIGHT or (value.type == "number" and not looked_into)
    if not tight or optional:
        alone = use.parent is not None and use.parent.type in {
            "arguments",
            "return_statement",
            "variable_declarator",
            "template_substitution",
            "shorthand_property_identifier",
        }
        code = code if alone and "\n" not in code and not optional else f"({code})"
    return f"{source.slice(use)}: {code}" if use.type == "shorthand_property_identifier" else code


def _shape(source: Source, value: Node, use: Node) -> tuple[object, ...]:
    inner = shape(source, value, {-1: GONE})
    if use.type == "shorthand_property_identifier":
        return ("pair", ("property_identifier", source.slice(use)), (":",), inner)
    return inner
