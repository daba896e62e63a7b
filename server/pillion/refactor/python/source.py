"""A Python text with the compiler's own syntax tree, and the way between nodes and offsets.

`ast` instead of a library for refactoring: of those, one moves expressions past others that have
effects, and one takes a second for the scopes of 2,500 lines (`ast` and our scopes: 0.1 s).
The text must be one that the interpreter of the server can parse.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeAlias

from pillion.syntax import python_tree
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse
from pillion.text.lines import Lines
from pillion.text.utf8 import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARS = 400_000
"""Larger texts get no refactorings; the same bound as for every other tree."""

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, eq=False)
class Source:
    """A text that parses."""

    text: str
    tree: ast.Module

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return the code-point offsets of `node`, which has a position."""
        return (
            self._offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self._offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def slice(self, node: ast.AST) -> str:
        """Return the text of `node`."""
        start, end = self.span(node)
        return self.text[start:end]

    def start_of(self, statement: ast.stmt) -> int:
        """Return where `statement` begins, its decorators included."""
        decorators = getattr(statement, "decorator_list", None)
        if not decorators:
            return self.span(statement)[0]
        return self.text.rindex("@", 0, self.span(decorators[0])[0])

    @cached_property
    def lines(self) -> Lines:
        """Where the lines begin and end."""
        return Lines.of(self.text)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes, outer ones first."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node that each node but the module is a child of."""
        found: dict[ast.AST, ast.AST] = {}
        for node in self.nodes:
            for child in ast.iter_child_nodes(node):
                # `Load` and the like are shared between nodes.
                if not isinstance(child, ast.expr_context):
                    found[child] = node
        return found

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around `node`, innermost first."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def statement_of(self, node: ast.AST) -> ast.stmt | None:
        """Return the innermost statement that holds `node` or is it."""
        if isinstance(node, ast.stmt):
            return node
        return next((one for one in self.above(node) if isinstance(one, ast.stmt)), None)

    def function_of(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """Return the function that runs `node`; None in a module, a class or a lambda."""
        for one in self.above(node):
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                # Decorators, defaults and annotations run outside of it.
                return one if self.in_body(node, one) else self.function_of(one)
            if isinstance(one, ast.ClassDef | ast.Lambda):
                return None
        return None

    def in_body(self, node: ast.AST, function: ast.stmt) -> bool:
        """Tell whether `node` lies in the block of `function`."""
        body: list[ast.stmt] = getattr(function, "body", [])
        return bool(body) and self.span(node)[0] >= self.start_of(body[0])

    def block_of(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the statements beside `statement`, itself included."""
        parent = self.parents[statement]
        for _, value in ast.iter_fields(parent):
            if isinstance(value, list) and statement in value:
                return value
        return [statement]

    def begins_line(self, offset: int) -> bool:
        """Tell whether only blanks stand before `offset` on its line."""
        return not self.text[self.line_start(offset) : offset].strip()

    def ends_line(self, offset: int) -> bool:
        """Tell whether only blanks and a comment stand behind `offset` on its line."""
        rest = self.text[offset : self.line_end(offset)].strip()
        return not rest or rest.startswith("#")

    def line_start(self, offset: int) -> int:
        """Return where the line of `offset` begins."""
        return self.lines.starts[self.lines.at(offset)]

    def line_end(self, offset: int) -> int:
        """Return where the line of `offset` ends, its line ending not included."""
        return self.lines.ends[self.lines.at(offset)]

    def next_line(self, offset: int) -> int:
        """Return where the line after that of `offset` begins."""
        number = self.lines.at(offset) + 1
        return self.lines.starts[number] if number < len(self.lines) else len(self.text)

    def comments(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the comments that touch ``text[start:end]``."""
        return [(a, b) for a, b in self._comments if a < end and b > start]

    @cached_property
    def _comments(self) -> list[tuple[int, int]]:
        parsed = parse(self.text, language_of("python"))
        nodes = parsed.captured("site").get("comment", []) if parsed else []
        return [parsed.span(node) for node in nodes] if parsed else []

    def _offset(self, line: int, column: int) -> int:
        start, end = self.lines.starts[line - 1], self.lines.ends[line - 1]
        text = self.text[start:end]
        if text.isascii():
            return start + column
        return start + len(clean(text).encode()[:column].decode(errors="ignore"))


@lru_cache(maxsize=8)
def read(text: str) -> Source | None:
    """Parse `text`; None where it is too large or not Python of the server's version."""
    tree = tree_of(text)
    return Source(text, tree) if tree is not None else None


def tree_of(text: str) -> ast.Module | None:
    """Return the compiler's tree of `text`, if it has one."""
    if len(text) > MAX_CHARS or "\f" in text:
        # Form feeds reset the compiler's columns.
        return None
    return python_tree.module(text)
