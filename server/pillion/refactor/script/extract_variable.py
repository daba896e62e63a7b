"""Extract a constant: `f(a, b.c)` becomes `const c = b.c;` and `f(a, c)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.refactor.names import fresh, is_name, value_name
from pillion.refactor.script.order import earlier, effect, swappable
from pillion.refactor.script.proof import GONE, named, shape, undone
from pillion.refactor.script.source import above, below, read
from pillion.refactor.values import not_here, unsafe
from pillion.text.edits import Edit
from pillion.text.lines import eol_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from pillion.base.outcome import Nothing
    from pillion.refactor.script.proof import Shape
    from pillion.refactor.script.source import Source
    from pillion.refactor.values import Plan, Request

EXPRESSIONS = frozenset(
    {
        "call_expression",
        "new_expression",
        "member_expression",
        "subscript_expression",
        "binary_expression",
        "unary_expression",
        "ternary_expression",
        "template_string",
        "string",
        "number",
        "regex",
        "await_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "parenthesized_expression",
        "array",
        "object",
        "arrow_function",
        "function_expression",
    }
)
_FROM_CONTEXT = frozenset({"array", "object", "arrow_function", "function_expression"})
"""In TypeScript these get their type from where they stand."""


def extract_variable(request: Request) -> Plan | Nothing:
    """Give the selected expression a name."""
    source = read(request)
    start, end = request.trimmed
    node = source.node_at(start, end) if source and start < end else None
    if source is None or node is None or source.span(node) != (start, end):
        return not_here("Select a whole expression.")
    node = _unwrapped(node)
    if node.type not in EXPRESSIONS:
        return not_here("Select a whole expression that is more than a name.")
    statement = statement_of(node)
    problem = _problem(source, node, statement) if statement else "It is part of no statement."
    if problem or statement is None:
        return unsafe(problem)
    taken = {one.name for one in source.scopes.occurrences}
    name = request.name or fresh(value_name(source.slice(node), script=True), taken, script=True)
    if not is_name(name, script=True) or name in taken:
        return unsafe(f"The name {name} is taken, or none.")
    line = source.line_start(source.span(statement)[0])
    indent = source.text[line : source.span(statement)[0]]
    edits = (
        Edit(line, line, f"{indent}const {name} = {source.slice(node)};{eol_of(source.text)}"),
        Edit(start, end, name),
    )
    return undone(source, edits, lambda after: _undo(after, name))


def statement_of(node: Node) -> Node | None:
    """Return the statement that holds `node` and stands in a block or the file itself."""
    child = node
    for parent in above(node):
        if parent.type in {"statement_block", "program"}:
            return child
        if parent.type in {"class_body", "arrow_function", "switch_body", "formal_parameters"}:
            return None
        child = parent
    return None


def _unwrapped(node: Node) -> Node:
    while node.type == "parenthesized_expression" and node.named_child_count == 1:
        node = node.named_children[0]
    return node


def _problem(source: Source, node: Node, statement: Node) -> str:
    parent = node.parent
    while parent is not None and parent.type in {"parenthesized_expression", "non_null_expression"}:
        parent = parent.parent
    if parent is None or parent.type == "expression_statement":
        return "Its value is not used."
    function = parent.child_by_field_name("function") or parent.child_by_field_name("constructor")
    if function is not None and _holds(function, node):
        return "What is called would lose what it is called on."
    if _is_chain(parent) and any(one.type == "optional_chain" for one in below(node)):
        return "A chain of ?. would not end as a whole."
    before = earlier(source, node, statement)
    if before is None:
        return "It may be evaluated never, later, or more than once there."
    if not all(swappable(effect(source, node), one) for one in before):
        return "Something that stands before it would be evaluated after it."
    if source.parsed.language.id != "javascript" and node.type in _FROM_CONTEXT:
        return "Its type depends on where it stands."
    if source.parsed.language.id != "javascript" and _narrows(node):
        return "TypeScript learns from the condition what a value is."
    if any(one.type in _SPECIAL for one in below(node) if one.id != node.id):
        return "It gives something a value, or hands one out."
    if not source.begins_line(source.span(statement)[0]):
        return "Its statement does not begin a line."
    return ""


_SPECIAL = frozenset(
    {
        "assignment_expression",
        "augmented_assignment_expression",
        "update_expression",
        "yield_expression",
        "comment",
    }
)


def _narrows(node: Node) -> bool:
    """Tell whether `node` is what a condition asks, or a part of that."""
    child = node
    for parent in above(node):
        if parent.type in {"if_statement", "ternary_expression"}:
            condition = parent.child_by_field_name("condition")
            return condition is not None and condition.id == child.id
        operator = parent.child_by_field_name("operator")
        if parent.type == "binary_expression" and operator is not None:
            if operator.type in {"&&", "||", "??"}:
                return True
        elif parent.type not in {"parenthesized_expression", "unary_expression"}:
            return False
        child = parent
    return False


def _holds(outer: Node, node: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def _is_chain(node: Node) -> bool:
    return node.type in {"member_expression", "subscript_expression", "call_expression"}


def _undo(after: Source, name: str) -> Mapping[int, Shape] | None:
    """Put the value of the constant back where it is used, and take its statement out."""
    nodes = named(after, name)
    if len(nodes) != 2:
        return None
    declarator = nodes[0].parent
    value = declarator.child_by_field_name("value") if declarator is not None else None
    if declarator is None or declarator.parent is None or value is None:
        return None
    return {declarator.parent.id: GONE, nodes[1].id: shape(after, value, {-1: GONE})}
