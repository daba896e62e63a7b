"""Bracket balance: close what is open, not more, and replace closers the editor put in.

Afterwards the suggestion closes no bracket or string that is closed already.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.post.closers import closers_of
from pillion.post.nesting import MARKS, scan
from pillion.post.shape import only_closers
from pillion.post.surroundings import surroundings
from pillion.syntax.languages import PLAIN
from pillion.text.lines import indent_of

if TYPE_CHECKING:
    from pillion.post.outcome import Draft


def balance_brackets(draft: Draft) -> Draft | Nothing:
    """Swallow the closers right of the cursor that the suggestion writes itself; cut the others."""
    site, around = draft.site, surroundings(draft.site)
    prose = site.language.blocks == "none" and not around.open and not around.inside
    if prose or draft.swallow:  # What is swallowed already comes out the same.
        return draft
    nest = scan(draft.text, site.language, around.inside)
    may_swallow = only_closers(site.rest)
    if around.inside and nest.resumes is None:
        return _swallow_in_prose(draft) if may_swallow else draft
    if nest.resumes is not None and around.inside in MARKS:
        if may_swallow and site.rest.startswith(around.inside):
            draft = replace(draft, swallow=len(around.inside))
        elif around.closed:
            return _cut(draft, nest.resumes - len(around.inside))
    if not may_swallow:
        around = replace(around, beside=())
    closers = closers_of(draft.text, nest, around)
    if closers.beside:
        draft = replace(draft, swallow=around.beside[closers.beside - 1].offset + 1)
    return _cut(draft, closers.excess.offset) if closers.excess else _set_apart(draft)


def _swallow_in_prose(draft: Draft) -> Draft:
    """In a string or comment, swallow the closers that the editor put there for an opener in it."""
    unopened = scan(draft.text, PLAIN).unopened()
    size = 0
    for bracket, char in zip(unopened, draft.site.rest, strict=False):
        if bracket.char != char:
            break
        size += 1
    return replace(draft, swallow=size)


def _cut(draft: Draft, end: int) -> Draft | Nothing:
    """Cut before a closer that is one too many."""
    text = draft.text[: max(0, end)].rstrip()
    if not text:
        return Nothing(Reason.UNBALANCED)
    return replace(draft, text=text, complete=True)


def _set_apart(draft: Draft) -> Draft:
    """Move the closer right of the cursor below a body of several lines.

    With ``{█}`` the editor has put the closer on the cursor's line, where it would end up behind
    the last line of the body.
    """
    site, around = draft.site, surroundings(draft.site)
    if draft.swallow or not draft.text.startswith("\n") or not around.beside:
        return draft
    beside = around.beside[0]
    if site.rest[: beside.offset].strip() or around.missing or not draft.complete:
        return draft
    tail = "\n" + indent_of(site.typed) + beside.char
    return replace(draft, text=draft.text.rstrip() + tail, swallow=beside.offset + 1)
