"""What can be read off code without understanding it: when, over what, and what then.

Conditions, ranges of loops, the keys that things are sorted by, errors, and results that are given
as a value. They are quoted as they stand, so nothing in them can be wrong. Calculations are not
quoted: to say what those mean is the work of an explanation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from pillion.syntax.parse import Parsed

MOST = 16
"""Facts; a longer list is not read."""

_LONGEST = 100
"""Characters that are quoted in one piece."""

_BREAK = re.compile(r"\s*\n\s*")

_FUNCTIONS = frozenset(
    (
        "function_definition",
        "function_declaration",
        "function_item",
        "method_definition",
        "method_declaration",
    )
)
_ITERATING = frozenset(
    (
        "for_statement",
        "for_in_clause",
        "for_in_statement",
        "for_of_statement",
        "for_expression",
        "enhanced_for_statement",
    )
)
_ASSIGNMENTS = frozenset(("assignment", "assignment_expression"))
_CALLS = frozenset(("call", "call_expression"))
_BESIDE = frozenset(("elif_clause", "else_clause"))
_RETURNS = frozenset(("return_statement", "return_expression"))
_RAISES = frozenset(("raise_statement", "throw_statement"))
_WRITTEN = frozenset(
    (
        "integer",
        "float",
        "number",
        "number_literal",
        "decimal_integer_literal",
        "string",
        "string_literal",
        "identifier",
        "true",
        "false",
        "none",
        "null",
        "undefined",
        "nil",
    )
)
_GATHERED = frozenset(
    (
        "list",
        "tuple",
        "dictionary",
        "set",
        "array",
        "object",
        "expression_list",
        "pair",
        "subscript",
        "attribute",
        "unary_operator",
        "string_start",
        "string_content",
        "string_end",
        "string_fragment",
        "escape_sequence",
    )
)


class Fact(NamedTuple):
    """A sentence about a place, without its full stop."""

    at: int
    text: str
    depth: int = 0
    """In how many other facts it stands."""


def facts(parsed: Parsed | None, text: str, start: int, end: int) -> list[Fact]:
    """Return what is read off ``text[start:end]``, in its order.

    `text` is what may be quoted, as long as the text that was parsed.
    """
    if parsed is None:
        return []
    root = parsed.tree.root_node
    reader = _Reader(parsed, text, parsed.offsets.to_byte(start), parsed.offsets.to_byte(end))
    found = dict.fromkeys(sorted(reader.read(root), key=lambda fact: fact.at))
    return list(found)[:MOST]


class _Reader:
    """Reads the nodes of a range."""

    def __init__(self, parsed: Parsed, text: str, first: int, last: int) -> None:
        self.parsed = parsed
        self.text = text
        self.first = first
        self.last = last

    def read(self, root: Node) -> Iterator[Fact]:
        """Yield the facts of all nodes in the range."""
        # A stack of its own: code may be nested deeper than Python calls.
        left = [(root, "", 0)]
        while left:
            node, outer, depth = left.pop()
            if node.end_byte <= self.first or node.start_byte >= self.last:
                continue
            inside = self.first <= node.start_byte and node.end_byte <= self.last
            if inside and (said := self._said(node)):
                where = f"in `{outer}`, " if outer else ""
                yield Fact(self.parsed.span(node)[0], where + said, depth)
                inner = depth + (node.type in _ITERATING or _condition(node) is not None)
            else:
                inner = depth
            if node.type in _FUNCTIONS:
                # Only a function in the range that is itself in a function needs its name told.
                outer = self._name(node) if inside and self._nested(node) else ""
            for child in reversed(node.named_children):
                # The other branches of a condition stand beside the first.
                beside = child.type in _BESIDE
                left.append((child, outer, depth if beside else inner))

    def _said(self, node: Node) -> str:
        condition = _condition(node)
        if condition is not None:
            quoted = self._quoted(condition)
            then = self._then(node)
            how = "when" if then else "asks whether"
            if node.type == "if_clause":
                how = "only where"
            elif node.type.startswith(("while", "for")):
                how = "repeats while"
            return f"{how} {quoted}{then}" if quoted else ""
        if node.type == "else_clause":
            then = self._then(node) if node.parent and node.parent.type == "if_statement" else ""
            return f"otherwise{then}" if then else ""
        if node.type in _ITERATING:
            over = node.child_by_field_name("right") or node.child_by_field_name("value")
            name = node.child_by_field_name("left") or node.child_by_field_name("name")
            if over is not None and name is not None and over.type != "identifier":
                return self._both("{} goes over {}", name, over)
        if node.type in _ASSIGNMENTS:
            name, value = node.child_by_field_name("left"), node.child_by_field_name("right")
            if name is not None and value is not None and _is_table(value):
                return self._both("{} is {}", name, value)
        if node.type == "keyword_argument":
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name is not None and value is not None and self._slice(name) in ("key", "reverse"):
                body = value.child_by_field_name("body") if value.type == "lambda" else value
                quoted = self._quoted(body) if body is not None else ""
                what = "compares by" if self._slice(name) == "key" else "`reverse` is"
                return f"{what} {quoted}" if quoted else ""
        if node.type in _RETURNS | _RAISES and not _told_with_condition(node):
            # A name alone says nothing; the steps tell what is in it.
            value = node.named_children[0] if node.named_children else None
            named = value is None or value.type == "identifier"
            said = "" if named else self._way_out(node)
            return f"at the end, {said}" if said and _is_last(node) else said
        return ""

    def _then(self, node: Node) -> str:
        """Say what a branch gives, where it gives a value as it is written."""
        body = _body(node)
        if body is None or node.type.startswith(("while", "for")):
            return ""
        children = body.named_children if "block" in body.type else [body]
        if len(children) != 1:
            return ""
        said = self._way_out(children[0]) or self._given(children[0])
        return f", {said}" if said else ""

    def _given(self, node: Node) -> str:
        """Say which value a statement sets or hands on, where it is as it is written."""
        inner = node.named_children[0] if node.named_children else None
        if node.type != "expression_statement" or inner is None:
            return ""
        if inner.type in _ASSIGNMENTS:
            name, value = inner.child_by_field_name("left"), inner.child_by_field_name("right")
            if name is not None and value is not None and _is_value(value):
                return self._both("sets {} to {}", name, value)
        if inner.type in _CALLS:
            name = inner.child_by_field_name("function")
            given = inner.child_by_field_name("arguments")
            values = given.named_children if given is not None else []
            if name is not None and len(values) == 1 and _is_value(values[0]):
                return self._both("calls {} with {}", name, values[0])
        return ""

    def _both(self, sentence: str, first: Node, second: Node) -> str:
        """Put two quotes into a sentence; nothing where one cannot be quoted."""
        one, two = self._quoted(first), self._quoted(second)
        return sentence.format(one, two) if one and two else ""

    def _way_out(self, node: Node) -> str:
        value = node.named_children[0] if node.named_children else None
        if node.type in _RAISES and value is not None:
            quoted = self._quoted(value)
            return f"raises {quoted}" if quoted else ""
        if node.type in _RETURNS:
            if value is None:
                return "returns nothing"
            quoted = self._quoted(value) if _is_value(value) else ""
            return f"returns {quoted}" if quoted else ""
        return "ends the loop" if node.type == "break_statement" else ""

    def _quoted(self, node: Node) -> str:
        code = _BREAK.sub(" ", self._slice(node))
        while node.type.startswith("parenthes") and node.named_children:
            node = node.named_children[0]
            code = _BREAK.sub(" ", self._slice(node))
        return f"`{code}`" if 0 < len(code) <= _LONGEST and "`" not in code else ""

    def _slice(self, node: Node) -> str:
        start, end = self.parsed.span(node)
        return self.text[start:end]

    def _name(self, node: Node) -> str:
        name = node.child_by_field_name("name")
        return self._slice(name) if name is not None else ""

    def _nested(self, node: Node) -> bool:
        above = node.parent
        while above is not None and above.start_byte >= self.first:
            if above.type in _FUNCTIONS:
                return True
            above = above.parent
        return False


def _condition(node: Node) -> Node | None:
    """Return what decides whether something is done."""
    if node.type == "if_clause":
        return node.named_children[0] if node.named_children else None
    if node.type == "conditional_expression" and len(node.named_children) == 3:
        return node.child_by_field_name("condition") or node.named_children[1]
    return node.child_by_field_name("condition")


def _told_with_condition(node: Node) -> bool:
    """Tell whether a way out is all that a branch does, and told of there."""
    block = node.parent
    if block is not None and "block" in block.type:
        branch = block.parent if len(block.named_children) == 1 else None
    else:
        branch, block = block, node
    if branch is None or branch.type.startswith(("while", "for")):
        return False
    told = _condition(branch) is not None or branch.type == "else_clause"
    return told and block == _body(branch)


def _body(node: Node) -> Node | None:
    """Return what a branch does."""
    body = node.child_by_field_name("consequence") or node.child_by_field_name("body")
    if body is None and node.type == "else_clause" and node.named_children:
        body = node.named_children[-1]
    return body


def _is_table(node: Node) -> bool:
    """Tell whether a value is a collection of several values, each as it is written."""
    return node.type in _GATHERED and len(node.named_children) > 1 and _is_value(node)


def _is_last(node: Node) -> bool:
    """Tell whether a way out is the last statement of a function."""
    block = node.parent
    above = block.parent if block is not None else None
    return (
        block is not None
        and above is not None
        and above.type in _FUNCTIONS
        and block.named_children[-1] == node
    )


def _is_value(node: Node) -> bool:
    """Tell whether a value is written down and not worked out."""
    if node.type in _WRITTEN | _GATHERED or node.type.startswith("parenthes"):
        # Also within a string: what is put into one is worked out.
        return all(_is_value(child) for child in node.named_children)
    return False
