"""How the document nests around the cursor: what is open there, and what is closed behind it.

Found once per request and shared by the filters. Half-written code is not balanced, so where the
counts disagree, indentation decides. Works without a parser and never raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pillion.post.nesting import CLOSER_OF, OPENER_OF, SPANNING, scan
from pillion.text.lines import indent_of, is_blank

if TYPE_CHECKING:
    from pillion.post.nesting import Bracket, Nesting
    from pillion.syntax.site import Site

SCAN_LIMIT = 200_000
"""Characters on either side of the cursor that are scanned; 100,000 take about 15 ms."""

MAX_DEPTH = 200
"""Brackets that are matched across the cursor; more are nested only in data, or by mistake."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How the document nests around the cursor."""

    open: tuple[Bracket, ...]
    """Brackets opened before the cursor that are still open there, outermost first."""
    inside: str
    """The quote or comment mark that the cursor stands in, or ``""`` for code."""
    missing: int
    """How many of the open brackets nothing after the cursor closes."""
    closed: bool
    """Whether the string or comment that the cursor stands in ends after the cursor."""
    spare: str
    """A closing bracket further down that waits for an opener on the cursor's line, or ``""``."""
    beside: tuple[Bracket, ...]
    """Closing brackets right of the cursor with nothing but blanks between; offsets from there."""


@lru_cache(maxsize=8)
def surroundings(site: Site) -> Surroundings:
    """Scan the document on both sides of the cursor."""
    before = site.snapshot.text[max(0, site.offset - SCAN_LIMIT) : site.offset]
    after = site.snapshot.text[site.offset : site.offset + SCAN_LIMIT]
    if site.block and site.language.blocks == "indent":
        # Nothing opened above the header of an indented block can be open inside of it.
        before = site.snapshot.text[site.block.header : site.offset]
    left = scan(before, site.language)
    if left.inside and site.language.grammar and not (site.in_string or site.in_comment):
        # The parser knows better: some quote above was misread.
        before = site.snapshot.text[
            site.block.header if site.block else site.line_start : site.offset
        ]
        left = scan(before, site.language)
    right = scan(after, site.language, left.inside)
    closed = _closes(right, left.inside, after)
    if not closed:
        right = scan(after, site.language)
    opened = left.open()
    missing, spare = _align(opened, right.unopened(), before, after)
    waits = spare and _alone_at(spare.offset, after) == len(indent_of(site.typed))
    return Surroundings(
        open=opened,
        inside=left.inside,
        missing=missing,
        closed=closed,
        spare=spare.char if spare and waits else "",
        beside=_beside(right, after),
    )


def _beside(right: Nesting, after: str) -> tuple[Bracket, ...]:
    """Return the brackets that stand first in `after`, behind the quote that ends a string."""
    found = []
    begin = max(0, right.resumes or 0)
    if after[:begin].strip("\"'`"):
        return ()
    for bracket in right.brackets:
        if bracket.char in CLOSER_OF or after[begin : bracket.offset].strip(" \t"):
            break
        found.append(bracket)
        begin = bracket.offset + 1
    return tuple(found)


def _closes(right: Nesting, mark: str, after: str) -> bool:
    """Tell whether the string that `right` begins in ends there.

    With an unclosed string that may span lines, the quotes that follow pair up wrongly, and the
    scan of them ends inside a string.
    """
    if right.resumes is None:
        return False
    return "\n" not in after[: max(0, right.resumes)] or (mark in SPANNING and right.inside != mark)


def _align(
    opened: tuple[Bracket, ...], closers: tuple[Bracket, ...], before: str, after: str
) -> tuple[int, Bracket | None]:
    """Match the open brackets, innermost first, with what closes them after the cursor.

    Returns how many are not closed, and the first closer that closes none of them. Where there are
    fewer closers of a kind than open brackets, indentation tells which one a closer belongs to: on
    a line of its own and further left than the line of the opener, it closes an outer bracket; and
    where there are more, one that stands further right closes something that is not open yet.
    """
    missing = 0
    spare = None
    left = list(closers[:MAX_DEPTH])
    outer = list(opened[-MAX_DEPTH:])
    while outer:
        bracket = outer.pop()
        closer, indent = CLOSER_OF[bracket.char], len(_indent_at(before, bracket.offset))
        kinds = {bracket.char, *(o.char for o in outer)}
        surplus = sum(c.char == closer for c in left) - sum(o.char == bracket.char for o in outer)
        while left and (
            OPENER_OF[left[0].char] not in kinds
            or (
                left[0].char == closer and surplus > 1 and _alone_at(left[0].offset, after) > indent
            )
        ):
            spare = spare or left[0]
            surplus -= left.pop(0).char == closer
        fits = bool(left) and left[0].char == closer
        if fits and (surplus > 0 or not 0 <= _alone_at(left[0].offset, after) < indent):
            left.pop(0)
        else:
            missing += 1
    return missing, spare or (left[0] if left else None)


def _alone_at(closer: int, after: str) -> int:
    """Return the column of a closer that begins its line; -1 where it does not."""
    start = after.rfind("\n", 0, closer) + 1
    return closer - start if start and is_blank(after[start:closer]) else -1


def _indent_at(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    return indent_of(text[start:offset])
