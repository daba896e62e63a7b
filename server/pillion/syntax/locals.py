"""Variables of one function, and all places where they stand; only where syntax alone is sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from pillion.syntax.definitions import Definition
    from pillion.syntax.parse import Parsed

_ASSIGNED = {
    # Node that assigns, and the field that holds what is assigned.
    "python": {
        "assignment": "left",
        "for_statement": "left",
        "named_expression": "name",
        "as_pattern_target": "",
    },
    "javascript": {"variable_declarator": "name"},
    "typescript": {"variable_declarator": "name"},
    "tsx": {"variable_declarator": "name"},
}
_FUNCTIONS = {
    "function_definition",
    "lambda",
    "function_declaration",
    "function_expression",
    "arrow_function",
    "method_definition",
    "generator_function_declaration",
    "class_definition",
    "class_declaration",
}
_OUTSIDE = {"global_statement", "nonlocal_statement"}
_SHORTHAND = {"shorthand_property_identifier", "shorthand_property_identifier_pattern"}


@dataclass(frozen=True, slots=True)
class Variable:
    """A local variable."""

    name: str
    places: tuple[tuple[int, int], ...]
    """Where it stands, in the text's order."""


def local_variable(parsed: Parsed, function: Definition, offset: int) -> Variable | None:
    """Return the variable at `offset`; None where it is none, or where that is not sure."""
    table = _ASSIGNED.get(parsed.language.id)
    if table is None:
        return None
    at = parsed.offsets.to_byte(offset)
    node = _identifier_at(parsed, at)
    owner = _function_of(parsed, function)
    if node is None or owner is None or not (owner.start_byte <= at <= owner.end_byte):
        return None
    name = parsed.slice(node)
    places: list[Node] = []
    assigned = False
    for one in _walk(owner):
        if one.type in _SHORTHAND and parsed.slice(one) == name:
            return None  # Renaming it would rename a property.
        if one.type in _OUTSIDE and name in parsed.slice(one).replace(",", " ").split():
            return None
        if one.type == "for_in_clause" and _walks_over(parsed, one, name):
            return None  # A comprehension has a scope of its own.
        if one.type == "identifier" and parsed.slice(one) == name:
            if _is_label(one):
                continue
            if _is_parameter(one) or _is_name_of_definition(one):
                return None
            # A function in the function may have a variable of its own by this name.
            if _nearest_function(one) != owner.id and _assigns(one, table):
                return None
            assigned = assigned or _assigns(one, table)
            places.append(one)
    inside = any(one.start_byte == node.start_byte for one in places)
    if not assigned or not inside:
        return None
    return Variable(name, tuple(parsed.span(one) for one in places))


def _identifier_at(parsed: Parsed, byte: int) -> Node | None:
    for first in (byte, max(0, byte - 1)):
        node = parsed.tree.root_node.named_descendant_for_byte_range(first, first)
        if node is not None and node.type == "identifier":
            return node
    return None


def _function_of(parsed: Parsed, function: Definition) -> Node | None:
    first = parsed.offsets.to_byte(function.start)
    last = parsed.offsets.to_byte(function.end)
    node = parsed.tree.root_node.descendant_for_byte_range(first, max(first, last - 1))
    for one in _walk(node) if node is not None else ():
        if one.type in _FUNCTIONS - {"class_definition", "class_declaration"}:
            return one
    return None


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _walks_over(parsed: Parsed, clause: Node, name: str) -> bool:
    left = clause.child_by_field_name("left")
    return left is not None and any(parsed.slice(one) == name for one in _walk(left))


def _is_label(node: Node) -> bool:
    """Tell whether an identifier is the name of an attribute or of a keyword argument."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        return parent.child_by_field_name("attribute") == node
    return parent.type == "keyword_argument" and parent.child_by_field_name("name") == node


def _is_parameter(node: Node) -> bool:
    parent = node.parent
    while parent is not None and parent.type not in _FUNCTIONS:
        if parent.type in {"parameters", "formal_parameters", "lambda_parameters"}:
            # Default values are expressions of the outer scope.
            return True
        parent = parent.parent
    return parent is not None and parent.child_by_field_name("parameter") == node


def _is_name_of_definition(node: Node) -> bool:
    parent = node.parent
    named = parent is not None and parent.type in _FUNCTIONS
    return bool(named and parent is not None and parent.child_by_field_name("name") == node)


def _assigns(node: Node, table: dict[str, str]) -> bool:
    """Tell whether an identifier is what is assigned to."""
    child, parent = node, node.parent
    while parent is not None and parent.type not in _FUNCTIONS:
        field = table.get(parent.type)
        if field is not None:
            return not field or parent.child_by_field_name(field) == child
        if parent.type in {"call", "call_expression", "attribute", "subscript", "block"}:
            return False
        child, parent = parent, parent.parent
    return False


def _nearest_function(node: Node) -> int:
    parent = node.parent
    while parent is not None and parent.type not in _FUNCTIONS:
        parent = parent.parent
    return parent.id if parent is not None else -1
