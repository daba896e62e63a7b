"""From all candidates to what gets into the prompt: no line twice, the best that fit. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.context.snippet import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.context.snippet import Snippet
    from pillion.context.view import View

_WEIGHTS = {
    Source.EDIT: 1.2,
    Source.DIAGNOSTIC: 1.1,
    Source.SIMILAR: 1.0,
    Source.CLIPBOARD: 0.6,
    Source.DEFINITION: 0.35,
    Source.MEMBERS: 1.0,
}
"""Measured (docs/context.md): similar code made most lines right, and definitions that took room
from it made fewer. So a definition comes first only where it is nearly certain to be used."""


def ranked(found: Sequence[Snippet], view: View) -> list[Snippet]:
    """Return the candidates in the order in which they should get room, each line once.

    What the model sees anyway is left out, as is what a better candidate shows already.
    """
    order = sorted(found, key=lambda one: (-_WEIGHTS[one.source] * one.score, one.path, one.line))
    chosen: list[Snippet] = []
    for one in order:
        hidden = one.source in _SUMMARIES or not view.sees(one.path, one.line, one.end_line)
        if hidden and one.text.strip() and not any(_shows(other, one) for other in chosen):
            chosen.append(one)
    return chosen


def fit(snippets: Sequence[Snippet], sizes: Sequence[int], room: int) -> tuple[Snippet, ...]:
    """Return those that fit into `room` tokens, in the order of the prompt.

    `sizes` are their tokens. The best stands last, next to the document; pieces of one file stand
    together and in its order.
    """
    chosen = []
    for snippet, size in zip(snippets, sizes, strict=True):
        if size <= room:
            chosen.append(snippet)
            room -= size
    rank = {one: at for at, one in enumerate(chosen)}
    best: dict[str, int] = {}
    for one in chosen:
        best.setdefault(one.path, rank[one])
    return tuple(sorted(chosen, key=lambda one: (-best[one.path], one.path, one.line)))


_SUMMARIES = {Source.MEMBERS, Source.DIAGNOSTIC, Source.CLIPBOARD}
"""Sources whose text is not the lines themselves."""


def _shows(other: Snippet, one: Snippet) -> bool:
    """Tell whether `other` makes `one` needless."""
    if Source.MEMBERS in {one.source, other.source}:
        return False
    same = one.path == other.path and one.path
    inside = one.line <= other.end_line and other.line <= one.end_line
    return bool(same and inside) or "".join(one.text.split()) in "".join(other.text.split())
