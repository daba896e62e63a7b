"""In which order JavaScript evaluates the parts of a statement; see `refactor.python.order`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.refactor.python.order import Effect, swappable
from pillion.refactor.script.scopes import STORE
from pillion.refactor.script.source import above, below

if TYPE_CHECKING:
    from tree_sitter import Node

    from pillion.refactor.script.source import Source

__all__ = ["Effect", "earlier", "effect", "swappable"]

_SETTLED = frozenset(
    {
        "string",
        "number",
        "true",
        "false",
        "null",
        "undefined",
        "this",
        "super",
        "regex",
        "arrow_function",
        "function_expression",
        "property_identifier",
        "private_property_identifier",
        "string_fragment",
        "escape_sequence",
        "optional_chain",
        "comment",
    }
)
_BUILDS = frozenset(
    {
        "array",
        "object",
        "pair",
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
    }
)
_READS = frozenset(
    {
        "member_expression",
        "subscript_expression",
        "binary_expression",
        "ternary_expression",
        "template_string",
        "template_substitution",
        "computed_property_name",
    }
)
_PASSES = frozenset(
    {
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "await_expression",
        "spread_element",
        "pair",
        "template_substitution",
    }
)
_TYPES = frozenset({"type_annotation", "type_arguments", "predefined_type", "type_identifier"})


def effect(source: Source, node: Node) -> Effect:
    """Return what evaluating `node` can do."""
    kind = node.type
    if kind in {"identifier", "shorthand_property_identifier"}:
        variable = source.scopes.variable(node)
        return Effect.SETTLED if variable and not variable.how(STORE) else Effect.NAMES
    if kind in _SETTLED or kind in _TYPES:
        return Effect.SETTLED
    if kind == "unary_expression":
        operator = node.child_by_field_name("operator")
        if operator is not None and source.slice(operator) == "delete":
            return Effect.ACTS
        return max(Effect.SETTLED, *(effect(source, one) for one in node.named_children))
    parts = [effect(source, one) for one in _values(node)]
    if kind in _BUILDS:
        return max((Effect.SETTLED, *parts))
    return max((Effect.READS, *parts)) if kind in _READS else Effect.ACTS


def _values(node: Node) -> list[Node]:
    if node.type in {"as_expression", "satisfies_expression"}:
        return node.named_children[:1]
    return node.named_children


def earlier(source: Source, node: Node, statement: Node) -> list[Effect] | None:
    """Return what `statement` evaluates before `node`; None where it may not be evaluated once."""
    before: list[Effect] = []
    child = node
    for parent in above(node):
        if parent.id == statement.id:
            return before if _first_in(parent, child) else None
        parts = _parts(source, parent, child)
        if parts is None:
            return None
        before += [effect(source, one) for one in parts]
        child = parent
    return None


def _parts(source: Source, parent: Node, child: Node) -> list[Node] | None:  # noqa: C901, PLR0911, PLR0912 - a case each.
    kind = parent.type
    if kind in _PASSES:
        return []
    if kind == "unary_expression":
        operator = parent.child_by_field_name("operator")
        special = operator is not None and source.slice(operator) in {"delete", "typeof"}
        return None if special else []
    if kind == "binary_expression":
        if _is(parent, "left", child):
            return []
        operator = parent.child_by_field_name("operator")
        lazy = operator is None or source.slice(operator) in {"&&", "||", "??"}
        return None if lazy else _fields(parent, "left")
    if kind == "ternary_expression":
        return [] if _is(parent, "condition", child) else None
    if kind == "arguments":
        call = parent.parent
        if call is None or call.type not in {"call_expression", "new_expression"}:
            return None
        return None if _optional(call) else [*_callee(call), *_before(parent, child)]
    if kind in {"call_expression", "new_expression"}:
        return [] if child.type == "arguments" else None
    if kind == "member_expression":
        return [] if not _optional(parent) else None
    if kind == "subscript_expression":
        if _optional(parent):
            return None
        return _fields(parent, "object") if _is(parent, "index", child) else []
    if kind in {"array", "object", "template_string"}:
        return _before(parent, child)
    if kind == "assignment_expression":
        left = parent.child_by_field_name("left")
        if left is None or not _is(parent, "right", child):
            return None
        return [] if left.type == "identifier" else left.named_children[:]
    if kind == "variable_declarator":
        return [] if _is(parent, "value", child) and _is_plain(parent) else None
    if kind in {"lexical_declaration", "variable_declaration"}:
        return [] if parent.named_child_count == 1 else None
    return None


def _first_in(statement: Node, child: Node) -> bool:
    """Tell whether a part of a statement is evaluated once and before all else of it."""
    kind = statement.type
    if kind in {"expression_statement", "return_statement", "throw_statement"}:
        return True
    if kind in {"lexical_declaration", "variable_declaration"}:
        return statement.named_child_count == 1
    if kind == "export_statement":
        return child.type == "lexical_declaration"
    if kind == "if_statement":
        is_else = statement.parent is not None and statement.parent.type == "else_clause"
        return _is(statement, "condition", child) and not is_else
    if kind == "switch_statement":
        return _is(statement, "value", child)
    return kind == "for_in_statement" and _is(statement, "right", child)


def _is_plain(declarator: Node) -> bool:
    name = declarator.child_by_field_name("name")
    return name is not None and name.type == "identifier"


def _callee(call: Node) -> list[Node]:
    """Return what is evaluated of a callee beside looking it up."""
    callee = call.child_by_field_name("function") or call.child_by_field_name("constructor")
    while callee is not None and callee.type in {"member_expression", "non_null_expression"}:
        callee = callee.named_children[0]
    if callee is None or callee.type in {"identifier", "this", "super", "import"}:
        return []
    return [callee]


def _optional(node: Node) -> bool:
    """Tell whether a chain may end before its last part is evaluated."""
    head = node.named_children[0]
    return any(one.type == "optional_chain" for one in node.children) or (
        head.type in {"member_expression", "call_expression", "subscript_expression"}
        and any(one.type == "optional_chain" for one in below(head))
    )


def _before(parent: Node, child: Node) -> list[Node]:
    found = []
    for one in parent.named_children:
        if one.id == child.id:
            break
        if one.type != "comment":
            found.append(one)
    return found


def _fields(node: Node, name: str) -> list[Node]:
    part = node.child_by_field_name(name)
    return [part] if part is not None else []


def _is(node: Node, name: str, child: Node) -> bool:
    part = node.child_by_field_name(name)
    return part is not None and part.id == child.id
