"""Overlap with what follows: a suggestion never says again what stands right of or below it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.post.nesting import CLOSERS, QUOTES, scan
from pillion.post.rows import indent_width
from pillion.post.shape import following_lines, opens_block
from pillion.post.surroundings import surroundings
from pillion.text.lines import is_blank

if TYPE_CHECKING:
    from pillion.post.outcome import Draft
    from pillion.syntax.site import Site

MAX_LINES = 12
"""Lines below the cursor that a suggestion is compared with."""

NEAR_LINES = 6
"""Lines below the cursor in which a repeated line is looked for."""

MEANINGFUL = 12
"""Characters from which on a line of code is seldom the same by chance; `return None` has 11."""

_WORD = re.compile(r"\w\w")


def swallow_rest(draft: Draft) -> Draft | Nothing:
    """Where the suggestion ends as the cursor's line does, replace that instead of repeating it."""
    rest = draft.site.rest.rstrip()
    if not rest.strip() or "\n" in draft.text.rstrip():
        return draft
    text = draft.text.rstrip()
    if text and rest.startswith(text) and _closes_the_same(text, "", draft):
        return Nothing(Reason.REPEATS_SUFFIX)
    if text.endswith(rest) and _closes_the_same(text, rest, draft):
        return replace(draft, text=text, swallow=len(rest))
    for size in range(min(len(text), len(rest)), 0, -1):
        if text.endswith(rest[:size]) and _trimmable(text[-size:], text[:-size], rest[size:]):
            return replace(draft, text=text[:-size])
    return draft


def cut_following_lines(draft: Draft) -> Draft | Nothing:
    """Cut the lines that stand below the cursor already."""
    below = following_lines(draft.site, MAX_LINES)
    if not below:
        return draft
    written = (draft.site.typed + draft.text).split("\n")
    lines = [line.rstrip() for line in written]
    # With text right of the cursor the first line is another one than it seems.
    for number in range(1 if draft.site.rest.strip() else 0, len(lines)):
        if lines[number] and _stands_below(lines[number:], below, draft.site):
            kept = "\n".join(written[:number])[len(draft.site.typed) :]
            if is_blank(kept):
                return Nothing(Reason.REPEATS_SUFFIX)
            return replace(draft, text=kept, complete=True)
    return draft


def refuse_unchanged(draft: Draft) -> Draft | Nothing:
    """Refuse a suggestion that replaces what stands right of the cursor by itself."""
    if draft.swallow and draft.text == draft.site.rest[: draft.swallow]:
        return Nothing(Reason.REPEATS_SUFFIX)
    return draft


def refuse_following_line(draft: Draft) -> Draft | Nothing:
    """Refuse a suggestion that makes the cursor's line the same as the one below."""
    site = draft.site
    line = (site.typed + draft.text + site.rest[draft.swallow :]).rstrip()
    if "\n" not in line and following_lines(site, 1) == [line] and _WORD.search(line):
        return Nothing(Reason.REPEATS_SUFFIX)
    return draft


def _stands_below(lines: list[str], below: list[str], site: Site) -> bool:
    """Tell whether `lines` begins with what stands right below, or a little further down.

    Further down only a whole statement counts, and only within the same block: the same `return`
    may well stand in two branches, and the same header above two bodies, unless the body begins
    the same, too.
    """
    comment = site.language.line_comment
    header = opens_block(lines[0], site)
    remark = comment and lines[0].lstrip().startswith(comment)
    depth = indent_width(lines[0])
    for number, other in enumerate(below[:NEAR_LINES]):
        if indent_width(other) < depth or (number and remark):
            break
        least = 2 if number and header else 1
        if other == lines[0] and _repeats(lines, below[number:], least, near=number == 0):
            return True
    return False


def _repeats(lines: list[str], below: list[str], least: int, *, near: bool) -> bool:
    """Tell whether `lines` says again what the lines below say, and not by chance.

    At least so many lines with words in them must be the same.
    """
    lines = [line for line in lines if line]
    same = 0
    for line, other in zip(lines, below, strict=False):
        if line != other:
            break
        same += 1
    if near and same in {len(lines), len(below)}:
        return True
    meaningful = sum(bool(_WORD.search(line)) for line in below[:same])
    if meaningful == 1 and not near:
        return least == 1 and len(below[0].strip()) >= MEANINGFUL
    return meaningful >= least


def _closes_the_same(text: str, rest: str, draft: Draft) -> bool:
    """Tell whether replacing `rest` by the end of `text` leaves the brackets as they are."""
    site, inside = draft.site, surroundings(draft.site).inside
    whole, part = scan(text, site.language, inside), scan(rest, site.language, inside)
    return [b.char for b in whole.unopened()] == [b.char for b in part.unopened()] and len(
        whole.open()
    ) == len(part.open())


def _trimmable(same: str, kept: str, rest: str) -> bool:
    """Tell whether an overlap is too long or too plain to be chance.

    Brackets and quotes are left to the balance filter, which counts them.
    """
    if not same.strip() or set(same.strip()) & (CLOSERS | QUOTES) == set(same.strip()):
        return False
    splits_word = kept[-1:].isalnum() and same[0].isalnum()
    splits_rest = rest[:1].isalnum() and same[-1].isalnum()
    if splits_word or splits_rest:
        return False
    return len(same.strip()) >= 3 or same.strip() in {",", ";", ":", "),", ");", "):"}
