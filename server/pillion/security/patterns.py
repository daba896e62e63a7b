"""Weaknesses by tree-sitter queries, `security.scm` of each language.

A pattern with a ``cwe`` reports its ``@weak`` node and says its ``says``. Where it has a
``@tainted`` node, that must hold something from outside: a ``@source``, or a variable that got one
(``@name`` and ``@value``), unless a ``@clean`` node around it takes the danger out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.security.weakness import Weakness
from pillion.syntax import grammars
from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from tree_sitter import Node

    from pillion.syntax.languages import Language
    from pillion.syntax.parse import Parsed


def look(text: str, language: Language) -> list[Weakness]:
    """Return what the queries of `language` find in `text`."""
    parsed = parse(text, language)
    query = grammars.query_of(language, "security") if parsed else None
    if parsed is None or query is None:
        return []
    matches = parsed.everything("security")
    outside = _Outside(parsed, [captures for _, captures in matches])
    weak = []
    for number, captures in matches:
        says = query.pattern_settings(number)
        if "cwe" not in says or "weak" not in captures:
            continue
        if "tainted" in captures and not any(map(outside.reaches, captures["tainted"])):
            continue
        start, end = parsed.span(captures["weak"][0])
        weak.append(Weakness(int(str(says["cwe"])), str(says["says"]), start, end))
    return weak


class _Outside:
    """What comes from outside in one text: places, and variables that hold it."""

    def __init__(self, parsed: Parsed, matches: list[dict[str, list[Node]]]) -> None:
        self.sources = [_range(node) for one in matches for node in one.get("source", ())]
        self.clean = [_range(node) for one in matches for node in one.get("clean", ())]
        self.parsed = parsed
        self.names: set[str] = set()
        if self.sources:
            for one in matches:
                if "name" in one and "value" in one and self.reaches(one["value"][0]):
                    self.names.add(parsed.slice(one["name"][0]))

    def reaches(self, node: Node) -> bool:
        """Tell whether something from outside stands in `node`."""
        first, last = _range(node)
        places = [place for place in self.sources if first <= place[0] and place[1] <= last]
        if self.names:
            places += [_range(one) for one in _leaves(node) if self.parsed.slice(one) in self.names]
        return any(not self._is_clean(place) for place in places)

    def _is_clean(self, place: tuple[int, int]) -> bool:
        return any(first <= place[0] and place[1] <= last for first, last in self.clean)


def _range(node: Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte


def _leaves(node: Node) -> list[Node]:
    """Return the names below `node`; PHP's have a sign of their own and a child."""
    found, left = [], [node]
    while left:
        one = left.pop()
        if one.type == "variable_name" or not one.named_child_count:
            found.append(one)
        else:
            left += one.named_children
    return found
