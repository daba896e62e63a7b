"""Whether a place is inside a string or a comment, with a tree and without one.

In: a text and a place. Out: a `Stands`. The tree knows finished literals; a quote that nobody has
closed yet is no string to it, so the line is scanned as well where the tree is broken.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

    from pillion.syntax.languages import Language
    from pillion.syntax.parse import Parsed


class Stands(Enum):
    """What a place is part of."""

    CODE = "code"
    STRING = "string"
    COMMENT = "comment"


def stands(parsed: Parsed, offset: int) -> Stands | None:
    """Tell which literal or substitution `offset` is in; the innermost counts, None is neither."""
    inner, found = -1, None
    for captures in parsed.matches("site", offset, offset):
        for name, kind in _KINDS.items():
            for node in captures.get(name, ()):
                start, end = parsed.span(node)
                first, last = _inside(parsed, node, name, start, end)
                if first <= offset <= last and start > inner:
                    inner, found = start, kind
    return found


def string_around(parsed: Parsed, offset: int) -> tuple[int, int] | None:
    """Return where the outermost string that runs across `offset` begins and ends."""
    spans = [
        parsed.span(node)
        for captures in parsed.matches("site", offset, offset)
        for node in captures.get("string", ())
    ]
    return min((span for span in spans if span[0] < offset < span[1]), default=None)


def unclosed_quote(parsed: Parsed, start: int, offset: int) -> bool:
    """Tell whether a quote that may span lines was opened in ``text[start:offset]`` and left so."""
    quotes = [
        parsed.span(node)
        for captures in parsed.matches("site", start, offset)
        for node in captures.get("quote", ())
    ]
    text = parsed.offsets.text
    spanning = [text[a:b].lstrip(_PREFIX) for a, b in quotes if start <= a and b <= offset]
    return sum(quote in _SPANNING for quote in spanning) % 2 == 1


def scan(line: str, language: Language) -> Stands:
    """Tell what the end of `line`, which begins as code, is in."""
    quote = ""
    index = 0
    while index < len(line):
        char = line[index]
        if quote:
            if char == "\\":
                index += 1
            elif char == quote:
                quote = ""
        elif char in language.quotes:
            quote = char
        elif language.line_comment and line.startswith(language.line_comment, index):
            return Stands.COMMENT
        index += 1
    return Stands.STRING if quote else Stands.CODE


_KINDS = {"string": Stands.STRING, "code": Stands.CODE, "comment": Stands.COMMENT}
_PREFIX = "rRbBuUfFtT"
_SPANNING = ('"""', "'''", "`")

# Prefix letters, the hashes of a raw string, and the quote; C++ raw strings have a delimiter.
_OPENING = re.compile(r"""[A-Za-z0-9]*?(?:R"([^()\\\s]{0,16})\(|(\#*)(\"{3}|'{3}|["'`<]))""")

# Longer than any prefix, quote and delimiter.
_OPENING_CHARS = 32


def _inside(parsed: Parsed, node: Node, name: str, start: int, end: int) -> tuple[int, int]:
    """Return the first and the last offset that are inside a literal, its marks left out."""
    text = parsed.offsets.text
    if name == "string":
        return _inside_string(text, node, start, end)
    if name == "code":
        return text.find("{", start, end) + 1, end - text.endswith("}", start, end)
    if text.startswith("/*", start):
        closed = end - start >= len("/**/") and text.endswith("*/", start, end)
        return start + 2, end - 2 * closed
    while end > start and text[end - 1] in "\r\n":
        end -= 1  # Some grammars count the line ending to a doc comment.
    return start + max(1, len(parsed.language.line_comment)), end


def _inside_string(text: str, node: Node, start: int, end: int) -> tuple[int, int]:
    opening = _OPENING.match(text[start : min(end, start + _OPENING_CHARS)])
    if opening is None:
        return start + 1, end - 1
    if opening[1] is not None:
        closing = f'){opening[1]}"'
    else:
        closing = opening[3].replace("<", ">") + opening[2]
    first = start + opening.end()
    last = node.children[-1] if node.children else None
    closed = text.endswith(closing, first, end) and not (last and last.is_missing)
    return first, end - len(closing) * closed
