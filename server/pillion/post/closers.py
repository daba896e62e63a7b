"""Which closing brackets of a suggestion close something outside of it, and which are too many.

A closer may close what nothing after the cursor closes, and what a bracket beside the cursor
closes, which is then swallowed. It may also swap one block for the next, as in ``} else {``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.post.nesting import CLOSER_OF, OPENER_OF

if TYPE_CHECKING:
    from pillion.post.nesting import Bracket, Nesting
    from pillion.post.surroundings import Surroundings


@dataclass(frozen=True, slots=True)
class Closers:
    """What the closing brackets of a suggestion do outside of it."""

    excess: Bracket | None
    """The first one that is one too many."""
    beside: int
    """How many brackets beside the cursor have to be swallowed for those before it."""


def closers_of(text: str, nest: Nesting, around: Surroundings) -> Closers:
    """Match the closing brackets of `text`, whose brackets are `nest`, with the document."""
    own: list[Bracket] = []
    swapped: set[Bracket] = set()
    closed = 0
    allowed = around.missing + len(around.beside)
    for bracket in nest.brackets:
        if bracket.char in CLOSER_OF:
            own.append(bracket)
        elif own and CLOSER_OF[own[-1].char] == bracket.char and own[-1] not in swapped:
            own.pop()
        elif _fits(bracket, closed, around) and closed < allowed and not (swapped & set(own)):
            closed += 1
        elif opener := _reopened(text, bracket, nest):
            swapped.add(opener)
        else:
            return Closers(bracket, max(0, closed - around.missing))
    return Closers(None, max(0, closed - around.missing))


def _fits(bracket: Bracket, closed: int, around: Surroundings) -> bool:
    """Tell whether `bracket` is of the kind that is open outside, with `closed` closed so far."""
    return closed < len(around.open) and (CLOSER_OF[around.open[-1 - closed].char] == bracket.char)


def _reopened(text: str, closer: Bracket, nest: Nesting) -> Bracket | None:
    """Return the bracket that opens on the line of `closer` what that closes, if one does."""
    end = text.find("\n", closer.offset)
    end = len(text) if end < 0 else end
    stack: list[Bracket] = []
    for bracket in nest.brackets:
        if not closer.offset < bracket.offset < end:
            continue
        if bracket.char in CLOSER_OF:
            stack.append(bracket)
        elif stack:
            stack.pop()
    return next((b for b in stack if b.char == OPENER_OF[closer.char]), None)
