"""Questions to the tree about a stretch of text: its errors, and where definitions begin.

Used to verify suggestions and to cut windows. Never changes or repairs anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from pillion.syntax.languages import Language
    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot


def error_count(
    text: str, language: Language, start: int = 0, end: int | None = None
) -> int | None:
    """Count the errors and missing tokens that touch ``text[start:end]``; None without a tree."""
    parsed = parse(text, language)
    if parsed is None:
        return None
    return errors_in(parsed, start, len(text) if end is None else end)


def errors_in(parsed: Parsed, start: int, end: int) -> int:
    """Count the errors and missing tokens that touch ``text[start:end]``."""
    if not parsed.broken:
        return 0
    first, last = parsed.offsets.to_byte(max(0, start)), parsed.offsets.to_byte(max(0, end))
    count = 0
    cursor = parsed.tree.walk()
    while True:
        node = cursor.node
        past = node is None or node.start_byte > last
        if node is not None and not past and node.has_error and node.end_byte >= first:
            count += node.is_error or node.is_missing
            # Only what holds an error is entered: the walk is as long as the errors are many.
            if cursor.goto_first_child_for_byte(max(0, first - 1)) is not None:
                continue
        while past or not cursor.goto_next_sibling():
            past = False
            if not cursor.goto_parent():
                return count


def first_error(text: str, language: Language, start: int = 0) -> int | None:
    """Return where the first error or missing token behind `start` is; None without any."""
    parsed = parse(text, language)
    if parsed is None or not parsed.broken:
        return None
    first, nodes = parsed.offsets.to_byte(start), [parsed.tree.root_node]
    while nodes:
        node = nodes.pop()
        if (node.is_error or node.is_missing) and node.start_byte >= first:
            return parsed.offsets.to_char(node.start_byte)
        nodes += [one for one in reversed(node.children) if one.has_error]
    return None


def borders(
    snapshot: Snapshot, language: Language, start: int = 0, end: int | None = None
) -> tuple[int, ...]:
    """Return the lines on which a definition begins that touches ``text[start:end]``.

    Decorators, attributes and comments right above a definition belong to it.
    """
    parsed = parse(snapshot.text, language)
    if parsed is None:
        return ()
    matches = parsed.matches("borders", start, len(snapshot.text) if end is None else end)
    lines = snapshot.lines
    # The last line of everything that may stand above a definition -> its first line.
    leads: dict[int, int] = {}
    found: set[int] = set()
    for captures in matches:
        for node in captures.get("lead", ()):
            first, last = parsed.span(node)
            number = lines.at(first)
            if not snapshot.text[lines.starts[number] : first].strip():
                leads[lines.at(max(first, last - 1))] = number
        for node in captures.get("border", ()):
            found.add(lines.at(parsed.span(node)[0]))
    return tuple(sorted({_with_leads(number, leads) for number in found}))


def _with_leads(number: int, leads: dict[int, int]) -> int:
    while number - 1 in leads:
        number = leads[number - 1]
    return number
