"""A TypeScript or JavaScript text that parses, its nodes and its scopes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pillion.refactor.script import scopes
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse
from pillion.text.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from pillion.refactor.script.scopes import Scopes
    from pillion.refactor.values import Request
    from pillion.syntax.parse import Parsed

LANGUAGES = ("typescript", "tsx", "javascript")


@dataclass(frozen=True, eq=False)
class Source:
    """A text without syntax errors."""

    text: str
    parsed: Parsed

    @property
    def root(self) -> Node:
        """The node of the whole file."""
        return self.parsed.tree.root_node

    @cached_property
    def scopes(self) -> Scopes:
        """What every name of the file stands for."""
        return scopes.scopes_of(self.parsed)

    @cached_property
    def lines(self) -> Lines:
        """Where the lines begin and end."""
        return Lines.of(self.text)

    def span(self, node: Node) -> tuple[int, int]:
        """Return the code-point offsets of `node`."""
        return self.parsed.span(node)

    def slice(self, node: Node) -> str:
        """Return the text of `node`."""
        return self.parsed.slice(node)

    def node_at(self, start: int, end: int) -> Node | None:
        """Return the smallest named node that holds ``text[start:end]``."""
        to_byte = self.parsed.offsets.to_byte
        return self.root.named_descendant_for_byte_range(to_byte(start), to_byte(end))

    def line_start(self, offset: int) -> int:
        """Return where the line of `offset` begins."""
        return self.lines.starts[self.lines.at(offset)]

    def next_line(self, offset: int) -> int:
        """Return where the line after that of `offset` begins."""
        number = self.lines.at(offset) + 1
        return self.lines.starts[number] if number < len(self.lines) else len(self.text)

    def begins_line(self, offset: int) -> bool:
        """Tell whether only blanks stand before `offset` on its line."""
        return not self.text[self.line_start(offset) : offset].strip()

    def ends_line(self, offset: int) -> bool:
        """Tell whether only blanks stand behind `offset` on its line."""
        return not self.text[offset : self.lines.ends[self.lines.at(offset)]].strip()


def read(request: Request) -> Source | None:
    """Return the text of a request; None where it has syntax errors or is too large."""
    snapshot = request.snapshot
    parsed = parse(snapshot.text, language_of(snapshot.language, snapshot.uri))
    return again(snapshot.text, parsed)


@lru_cache(maxsize=8)
def again(text: str, parsed: Parsed | None) -> Source | None:
    """Return a text that parses as a source."""
    if parsed is None or parsed.broken or parsed.language.id not in LANGUAGES:
        return None
    return Source(text, parsed)


def reparsed(source: Source, text: str) -> Source | None:
    """Return another text in the language of `source`."""
    return again(text, parse(text, source.parsed.language))


def above(node: Node) -> Iterator[Node]:
    """Yield the nodes around `node`, innermost first."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def below(node: Node) -> Iterator[Node]:
    """Yield `node` and everything in it, in the order of the text."""
    left = [node]
    while left:
        one = left.pop()
        yield one
        left += reversed(one.children)
