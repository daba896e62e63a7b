"""What each name of a TypeScript or JavaScript text stands for.

Values only: a name in the place of a type is left alone. Names that nothing in the file binds
belong to no scope.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from pillion.syntax.parse import Parsed

FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
        "function_signature",
        "method_signature",
        "abstract_method_signature",
        "function_type",
        "constructor_type",
        "call_signature",
        "construct_signature",
        "class_static_block",
    }
)
_BLOCKS = frozenset(
    {
        "program",
        "statement_block",
        "for_statement",
        "for_in_statement",
        "switch_body",
        "catch_clause",
    }
)
_PARAMETERS = frozenset({"required_parameter", "optional_parameter"})
_NAMES = frozenset(
    {
        "identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
    }
)
LOAD, BIND, STORE = "load", "bind", "store"


@dataclass(frozen=True, slots=True, eq=False)
class Occurrence:
    """One place where a name stands."""

    name: str
    node: Node
    how: str
    scope: Scope


@dataclass(eq=False, slots=True)
class Variable:
    """A name in one scope, and everything that the file does with it."""

    name: str
    scope: Scope
    kind: str
    """``const``, ``let``, ``var``, ``parameter``, ``function``, ``class``, ``import`` …"""
    occurrences: list[Occurrence] = field(default_factory=list)

    def how(self, how: str) -> list[Occurrence]:
        """Return the places where something is done with it."""
        return [one for one in self.occurrences if one.how == how]

    @property
    def captured(self) -> bool:
        """Whether a function inside of its scope's function uses it."""
        home = self.scope.function
        return any(one.scope.function is not home for one in self.occurrences)


@dataclass(eq=False, slots=True)
class Scope:
    """A file, function or block."""

    node: Node
    parent: Scope | None
    variables: dict[str, Variable] = field(default_factory=dict)

    @property
    def function(self) -> Scope:
        """The innermost function around, or the file."""
        scope = self
        while scope.parent is not None and scope.node.type not in FUNCTIONS:
            scope = scope.parent
        return scope

    def find(self, name: str) -> Variable | None:
        """Return what `name` stands for here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.variables:
                return scope.variables[name]
            scope = scope.parent
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Scopes:
    """All names of a text, in its order, and what they stand for."""

    occurrences: list[Occurrence]
    variable_of: dict[int, Variable]
    """By the first byte of a name."""
    scope_of: dict[int, Scope]
    """By the id of the node that makes the scope."""

    def variable(self, node: Node) -> Variable | None:
        """Return the variable that `node` names; None for what the file does not bind."""
        return self.variable_of.get(node.start_byte)

    def meaning(self) -> list[tuple[str, int]]:
        """Return what each name stands for, by number or by name: equal where the meaning is."""
        numbers: dict[int, int] = {}
        found = []
        for one in self.occurrences:
            variable = self.variable_of.get(one.node.start_byte)
            if variable is None:
                found.append((one.name, -1))
            else:
                found.append(("", numbers.setdefault(id(variable), len(numbers))))
        return found


def scopes_of(parsed: Parsed) -> Scopes:
    """Find the scopes of a tree without errors."""
    walk = _Walk(parsed)
    root = parsed.tree.root_node
    walk.scope = Scope(root, None)
    walk.scope_of[root.id] = walk.scope
    for child in root.named_children:
        walk.visit(child)
    found = {}
    for one in walk.found:
        variable = one.scope.find(one.name)
        if variable is not None:
            variable.occurrences.append(one)
            found[one.node.start_byte] = variable
    return Scopes(walk.found, found, walk.scope_of)


class _Walk:
    """Collects names and binds them; what they stand for is looked up afterwards."""

    scope: Scope

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.found: list[Occurrence] = []
        self.scope_of: dict[int, Scope] = {}

    def visit(self, node: Node) -> None:
        kind = node.type
        if kind in _NAMES:
            self.note(node, BIND if kind.endswith("pattern") else LOAD)
            return
        if kind in FUNCTIONS or (kind in _BLOCKS and not self.is_body(node)):
            self.enter(node)
            return
        method = getattr(self, f"visit_{kind}", None)
        if method is not None:
            method(node)
        else:
            self.children(node)

    def children(self, node: Node) -> None:
        for child in node.named_children:
            self.visit(child)

    def is_body(self, node: Node) -> bool:
        """Tell whether a block is the body of a function, which shares the function's scope."""
        return node.parent is not None and node.parent.type in FUNCTIONS

    def enter(self, node: Node) -> None:
        outer = self.scope
        name = node.child_by_field_name("name")
        if node.type in {"function_declaration", "generator_function_declaration"} and name:
            self.bind(name, "function", outer)
        self.scope = Scope(node, outer)
        self.scope_of[node.id] = self.scope
        if node.type in {"function_expression", "generator_function"} and name:
            self.bind(name, "function", self.scope)
        if node.type == "method_definition" and name and name.type == "computed_property_name":
            self.visit(name)
        single = node.child_by_field_name("parameter")
        if node.type == "catch_clause":
            self.pattern(single, "parameter")
            single = None
        elif node.type == "arrow_function":
            self.pattern(single, "parameter")
        left = node.child_by_field_name("left") if node.type == "for_in_statement" else None
        if left is not None:
            declared = node.child_by_field_name("kind")
            word = self.parsed.slice(declared) if declared else ""
            if word:
                self.pattern(left, word)
            else:
                self.store(left)
        skipped = {one.id for one in (name, node.child_by_field_name("parameter"), left) if one}
        for child in node.named_children:
            if child.id not in skipped:
                self.visit(child)
        self.scope = outer

    def note(self, node: Node, how: str) -> None:
        self.found.append(Occurrence(self.parsed.slice(node), node, how, self.scope))

    def bind(self, node: Node, kind: str, scope: Scope | None = None) -> None:
        home = scope or self.scope
        if kind == "var":
            home = home.function
        name = self.parsed.slice(node)
        home.variables.setdefault(name, Variable(name, home, kind))
        self.found.append(Occurrence(name, node, BIND, home))

    def pattern(self, node: Node | None, kind: str) -> None:
        """Bind all names of a pattern; defaults and computed keys in it are code."""
        for part, is_name in _pattern(node):
            if is_name:
                self.bind(part, kind)
            else:
                self.visit(part)

    def store(self, node: Node) -> None:
        """Note that a pattern, name or member gets a new value."""
        if node.type in {"identifier", "object_pattern", "array_pattern"}:
            for part, is_name in _pattern(node):
                if is_name:
                    self.note(part, STORE)
                else:
                    self.visit(part)
        else:
            self.visit(node)

    def visit_variable_declarator(self, node: Node) -> None:
        declaration = node.parent
        word = declaration.child(0) if declaration is not None else None
        kind = self.parsed.slice(word) if word is not None else "var"
        self.pattern(node.child_by_field_name("name"), kind)
        for name in ("type", "value"):
            part = node.child_by_field_name(name)
            if part is not None:
                self.visit(part)

    def visit_required_parameter(self, node: Node) -> None:
        self.pattern(node.child_by_field_name("pattern"), "parameter")
        for name in ("type", "value", "decorator"):
            part = node.child_by_field_name(name)
            if part is not None:
                self.visit(part)

    visit_optional_parameter = visit_required_parameter

    def visit_formal_parameters(self, node: Node) -> None:
        for child in node.named_children:
            if child.type in _PARAMETERS:
                self.visit(child)
            else:
                # JavaScript has the patterns themselves here.
                self.pattern(child, "parameter")

    def visit_assignment_expression(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None:
            self.store(left)
        if right is not None:
            self.visit(right)

    visit_augmented_assignment_expression = visit_assignment_expression

    def visit_update_expression(self, node: Node) -> None:
        argument = node.child_by_field_name("argument")
        if argument is not None:
            self.store(argument)

    def visit_class_declaration(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.bind(name, "class")
        for child in node.named_children:
            if name is None or child.id != name.id:
                self.visit(child)

    visit_abstract_class_declaration = visit_class_declaration
    visit_enum_declaration = visit_class_declaration
    visit_internal_module = visit_class_declaration

    def visit_class(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        for child in node.named_children:
            if name is None or child.id != name.id:
                self.visit(child)

    def visit_import_clause(self, node: Node) -> None:
        for child in node.named_children:
            if child.type == "identifier":
                self.bind(child, "import")
            elif child.type == "namespace_import":
                self.bind(child.named_children[-1], "import")
            else:
                for one in child.named_children:
                    part = one.child_by_field_name("alias") or one.child_by_field_name("name")
                    if part is not None:
                        self.bind(part, "import")

    def visit_export_specifier(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        statement = node.parent.parent if node.parent is not None else None
        if name is not None and statement and not statement.child_by_field_name("source"):
            self.note(name, LOAD)

    def visit_import_require_clause(self, node: Node) -> None:
        self.bind(node.named_children[0], "import")

    def visit_labeled_statement(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        if body is not None:
            self.visit(body)

    def visit_type_predicate(self, node: Node) -> None:
        self.children(node)


def _pattern(node: Node | None) -> Iterator[tuple[Node, bool]]:
    """Yield the parts of a pattern: names that it binds, and code in it."""
    if node is None:
        return
    kind = node.type
    if kind in {"identifier", "shorthand_property_identifier_pattern"}:
        yield node, True
    elif kind in {"assignment_pattern", "object_assignment_pattern"}:
        yield from _pattern(node.child_by_field_name("left"))
        right = node.child_by_field_name("right")
        if right is not None:
            yield right, False
    elif kind == "pair_pattern":
        key = node.child_by_field_name("key")
        if key is not None and key.type == "computed_property_name":
            yield key, False
        yield from _pattern(node.child_by_field_name("value"))
    elif kind in {"object_pattern", "array_pattern", "rest_pattern"}:
        for child in node.named_children:
            yield from _pattern(child)
    else:
        yield node, False
