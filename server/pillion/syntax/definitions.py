"""What a file defines: functions, classes, fields and the like, from `definitions.scm`.

The capture vocabulary is in `grammars/README.md`. Pure; a broken file has fewer definitions.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from pillion.syntax.parse import Parsed


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition. Offsets are code points, decorators included; lines count from 0."""

    kind: str
    """One of `KINDS`."""
    name: str
    scope: str
    """Names of the definitions around it, outermost first, with dots; empty at the top level."""
    signature: str
    """The header without decorators and body, in one line."""
    doc: str
    """First line of its documentation, without quotes and comment marks."""
    start: int
    end: int
    line: int
    end_line: int
    """The line that holds its last character."""

    @property
    def qualified(self) -> str:
        """The name with its scope in front."""
        return f"{self.scope}.{self.name}" if self.scope else self.name


KINDS = (
    "function",
    "method",
    "class",
    "interface",
    "type",
    "enum",
    "variable",
    "constant",
    "field",
    "module",
)
"""What a definition can be. `class` is whatever has members of its own, such as a struct; `type` is
an alias; `module` is a namespace or the like; `variable` and `constant` stand outside of functions,
`field` in a class or one of its methods."""

_CONTAINERS = {"class", "interface", "type", "enum", "scope"}
_MARKERS = {"self", "cls", "attr_accessor", "attr_reader", "attr_writer"}
_LEAVES = {"variable", "constant", "field", "type"}
_CALLABLE = {"function", "method"}

# The longest signature that is kept; one with fifty parameters says nothing more after these.
_LONGEST = 300
_LONGEST_DOC = 160

# What surrounds documentation: quotes with their prefixes, and the marks of comments.
_MARKS = re.compile(r"""^(?:[rRbBuU]{0,2}(?:\"{3}|'{3}|["'])|/\*+!?|//[/!]?|\#+|\*+(?!/)|--+)\s?""")
_END_MARKS = re.compile(r"""(?:\"{3}|'{3}|["']|\*+/)\s*$""")
_TAGS = re.compile(r"<[^<>]*>")
_BLANKS = re.compile(r"\s+")


def definitions(parsed: Parsed) -> tuple[Definition, ...]:
    """Return what a file defines, in the text's order."""
    found = _found(parsed)
    lead = _Lead(parsed, found.comments, found.decorators)
    result: list[Definition] = []
    seen: set[tuple[str, str]] = set()
    for item, scope, around in _nested(found.items):
        definition = _definition(parsed, item, scope, around, lead)
        if definition is None:
            continue
        if item.repeatable:
            # A field is set in many places; the first one counts.
            if (definition.scope, definition.name) in seen:
                continue
            seen.add((definition.scope, definition.name))
        result.append(definition)
    return tuple(result)


@dataclass(slots=True)
class _Item:
    """What the matches with one name say together."""

    kind: str
    pattern: int
    name: Node
    header: Node
    """The node of the kind; `start` may be before it, at a decorator."""
    start: int
    end: int
    body: Node | None = None
    doc: Node | None = None
    owner: Node | None = None
    own: bool = True
    """Not a field of another object, nor another call than one that declares fields."""

    @property
    def repeatable(self) -> bool:
        return self.kind in {"field", "variable"}


@dataclass(slots=True)
class _Found:
    items: list[_Item] = field(default_factory=list)
    comments: list[Node] = field(default_factory=list)
    decorators: list[Node] = field(default_factory=list)


def _found(parsed: Parsed) -> _Found:
    """Collect the matches; those with the same name node are one definition."""
    found = _Found()
    items: dict[int, _Item] = {}
    pieces: list[tuple[int, dict[str, list[Node]]]] = []
    for pattern, captures in parsed.everything("definitions"):
        if "comment" in captures:
            found.comments += captures["comment"]
        elif "decorator" in captures:
            found.decorators += captures["decorator"]
        elif "name" in captures:
            kind = next((kind for kind in (*KINDS, "scope") if kind in captures), None)
            if kind is None:
                pieces.append((pattern, captures))
            else:
                _add(parsed, items, kind, pattern, captures)
    for _, captures in pieces:
        item = items.get(captures["name"][0].start_byte)
        if item is not None:
            _widen(item, captures)
    found.items = list(items.values())
    return found


def _add(
    parsed: Parsed,
    items: dict[int, _Item],
    kind: str,
    pattern: int,
    captures: dict[str, list[Node]],
) -> None:
    (node, *_), (name, *_) = captures[kind], captures["name"]
    item = items.get(name.start_byte)
    if item is None or pattern < item.pattern:
        before, item = item, _Item(kind, pattern, name, node, node.start_byte, node.end_byte)
        items[name.start_byte] = item
        if before is not None:
            item.start = min(item.start, before.start)
            item.end = max(item.end, before.end)
    if "marker" in captures:
        item.own = parsed.slice(captures["marker"][0]) in _MARKERS
    _widen(item, captures)


def _widen(item: _Item, captures: dict[str, list[Node]]) -> None:
    for node in captures.get("whole", ()):
        item.start = min(item.start, node.start_byte)
        item.end = max(item.end, node.end_byte)
    item.body = item.body or captures.get("body", [None])[0]
    item.doc = item.doc or captures.get("doc", [None])[0]
    item.owner = item.owner or captures.get("owner", [None])[0]


def _nested(items: list[_Item]) -> Iterator[tuple[_Item, list[_Item], _Item | None]]:
    """Yield each item with those around it, and the innermost of them."""
    stack: list[_Item] = []
    for item in sorted(items, key=lambda item: (item.start, -item.end, item.name.start_byte)):
        while stack and (stack[-1].end <= item.start or item.end > stack[-1].end):
            stack.pop()
        yield item, stack, stack[-1] if stack else None
        if item.kind not in _LEAVES or item.body is not None:
            stack.append(item)


def _definition(
    parsed: Parsed, item: _Item, stack: list[_Item], around: _Item | None, lead: _Lead
) -> Definition | None:
    """Return the definition of `item`, or None for a local variable and for a mere scope."""
    if item.kind == "scope" or not item.own:
        return None
    name = _name(parsed, item)
    kind = item.kind
    if kind == "field":
        # Set inside of a method: it belongs to the class.
        stack = _outside(stack)
    elif kind in {"variable", "constant"}:
        if around is not None and around.kind in _CALLABLE:
            return None
        if kind == "variable":
            kind = _variable(name, around)
    elif kind == "function" and (item.owner or (around and around.kind in _CONTAINERS)):
        kind = "method"
    scope = [
        part for outer in stack for part in (_owner(parsed, outer), _name(parsed, outer)) if part
    ]
    if owner := _owner(parsed, item):
        scope.append(owner)
    start = lead.start(item)
    first, last = parsed.offsets.to_char(start), parsed.offsets.to_char(item.end)
    return Definition(
        kind,
        name,
        ".".join(scope),
        _signature(parsed, item, lead),
        _doc(parsed, item, start, lead),
        first,
        last,
        lead.line(start),
        lead.line(max(start, item.end - 1)),
    )


def _name(parsed: Parsed, item: _Item) -> str:
    # Ruby's symbols begin with a colon; C++'s namespaces may be several at once.
    return parsed.slice(item.name).removeprefix(":").replace("::", ".")


def _owner(parsed: Parsed, item: _Item) -> str:
    return parsed.slice(item.owner).replace("::", ".") if item.owner is not None else ""


def _outside(stack: list[_Item]) -> list[_Item]:
    """Return the definitions around the innermost functions of `stack`."""
    size = len(stack)
    while size and stack[size - 1].kind in _CALLABLE:
        size -= 1
    return stack[:size]


def _variable(name: str, around: _Item | None) -> str:
    if name.isupper() and len(name) > 1:
        return "constant"
    return "field" if around is not None and around.kind in _CONTAINERS else "variable"


def _signature(parsed: Parsed, item: _Item, lead: _Lead) -> str:
    """Return the header in one line: up to the body, or the first line where there is none."""
    data = parsed.offsets.data
    start = lead.header(item)
    if item.body is not None and item.body.start_byte > start:
        text = lead.without_comments(start, item.body.start_byte)
        text = _BLANKS.sub(" ", text).strip()
        text = text.removesuffix("=>").removesuffix("=").rstrip()
    else:
        # A type alias or a call over several lines is cut where it is long enough.
        text = data[start : min(item.header.end_byte, start + 4 * _LONGEST)].decode(errors="ignore")
        text = _BLANKS.sub(" ", text).strip().removesuffix(";")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _doc(parsed: Parsed, item: _Item, start: int, lead: _Lead) -> str:
    text = parsed.slice(item.doc) if item.doc is not None else lead.comment(start)
    for line in text.splitlines():
        bare = _END_MARKS.sub("", _MARKS.sub("", line.strip(), count=1)).strip()
        if bare.startswith("<"):
            bare = _TAGS.sub("", bare).strip()  # C#'s documentation is XML.
        if bare and bare != "=begin":
            return bare[:_LONGEST_DOC]
    return ""


class _Lead:
    """What stands on the lines right above a definition: comments and decorators."""

    def __init__(self, parsed: Parsed, comments: list[Node], decorators: list[Node]) -> None:
        self._data = parsed.offsets.data
        self._starts = _line_starts(self._data)
        self._all_comments = sorted((node.start_byte, node.end_byte) for node in comments)
        self._comments = self._by_last_line(comments)
        self._decorators = self._by_last_line(decorators)
        self._inner = sorted((node.start_byte, node.end_byte) for node in decorators)

    def line(self, byte: int) -> int:
        """Return the line of `byte`."""
        return bisect_right(self._starts, byte) - 1

    def start(self, item: _Item) -> int:
        """Return where `item` begins, the decorators above it included."""
        start = item.start
        while (above := self._above(start, self._decorators)) is not None:
            start = above[0]
        return start

    def header(self, item: _Item) -> int:
        """Return where the header of `item` begins, behind the decorators inside of it."""
        start = item.header.start_byte
        for first, last in self._inner[bisect_left(self._inner, (start, 0)) :]:
            if first != start:
                break
            start = last
            while self._data[start : start + 1].isspace():
                start += 1
        return start

    def without_comments(self, start: int, end: int) -> str:
        """Return the text between two places without the comments in it."""
        pieces = []
        for first, last in self._all_comments[bisect_left(self._all_comments, (start, 0)) :]:
            if first >= end:
                break
            pieces.append(self._data[start:first])
            start = last
        return b" ".join([*pieces, self._data[start:end]]).decode(errors="replace")

    def comment(self, start: int) -> str:
        """Return the comment that stands right above `start`; several in a row are one."""
        first = last = None
        at = start
        while (above := self._above(at, self._comments)) is not None:
            at = first = above[0]
            last = last or above[1]
        if first is None:
            return ""
        return self._data[first:last].decode(errors="replace")

    def _above(self, start: int, nodes: dict[int, tuple[int, int]]) -> tuple[int, int] | None:
        line = self.line(start)
        if self._data[self._starts[line] : start].strip():
            return None
        return nodes.get(line - 1)

    def _by_last_line(self, nodes: list[Node]) -> dict[int, tuple[int, int]]:
        """Index the nodes that stand alone on their lines."""
        found = {}
        for node in nodes:
            start, end = node.start_byte, node.end_byte
            # Some grammars' comments hold the line ending.
            last = self.line(max(start, end - 1))
            before = self._data[self._starts[self.line(start)] : start]
            if not before.strip() and not self._rest(end, last).strip():
                found[last] = (start, end)
        return found

    def _rest(self, end: int, line: int) -> bytes:
        """Return what stands behind `end` on `line`."""
        after = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._data)
        return self._data[end:after]


def _line_starts(data: bytes) -> list[int]:
    sizes = (len(line) for line in data.splitlines(keepends=True))
    return list(accumulate(sizes, initial=0))
