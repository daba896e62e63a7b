"""Code elsewhere in the workspace that is like the lines around the cursor.

Code repeats itself, and what followed there often follows here: of all sources this one helps
most (docs/context.md). The index finds chunks; within them the lines that match best are taken,
with the lines behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pillion.context.index.words import words
from pillion.context.snippet import Snippet, Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from pillion.context.index.values import Hit
    from pillion.context.nearby import Nearby
    from pillion.context.view import View

    class Finds(Protocol):
        """What is needed of `pillion.context.index.index.Index`."""

        def search(self, words: list[str], limit: int, *, languages: tuple[str, ...]) -> list[Hit]:
            """Return chunks that are like `words`."""

        def text(self, path: str) -> str | None:
            """Return the text of a file."""

        def rarity(self, words: list[str]) -> Mapping[str, float]:
            """Return how much each word says."""


# Chunks that are looked at more closely.
_CHUNKS = 24

_MATCHED, _STEP = 10, 3
"""Lines that are compared with those around the cursor, and how far the next try is."""

_BEHIND = 6
"""Lines taken behind them, where the next line of here may stand. 4 and 10 did about as well."""

_MOST = 6
"""Snippets of this source."""

_CUTOFF = 0.45
"""Share of the best score below which a match is chance. 0.7 was worse."""


def similar(view: View, near: Nearby, index: Finds) -> list[Snippet]:
    """Return the best matches, best first; never lines that the model sees anyway."""
    wanted = list(near.words)
    hits = index.search(wanted, _CHUNKS, languages=view.languages)
    rarity = index.rarity(wanted)
    weights = {word: weight * rarity.get(word, 0.0) for word, weight in near.words.items()}
    found = sorted(
        (match for hit in hits if (match := _best(hit, weights, view))),
        key=lambda match: -match.score,
    )
    chosen: list[Snippet] = []
    for match in found:
        if match.score < _CUTOFF * found[0].score or len(chosen) == _MOST:
            break
        snippet = _with_what_follows(match, found[0].score, view, index)
        if snippet and not any(_same(snippet, other) for other in chosen):
            chosen.append(snippet)
    return chosen


class _Match(NamedTuple):
    score: float
    path: str
    line: int


def _best(hit: Hit, weights: Mapping[str, float], view: View) -> _Match | None:
    """Return where in a chunk the lines begin that match best."""
    per_line = [frozenset(words(line)) for line in hit.text.splitlines()]
    best: _Match | None = None
    for first in range(0, max(1, len(per_line) - _MATCHED + _STEP), _STEP):
        line = hit.line + first
        if view.sees(hit.path, line, line + _MATCHED - 1):
            continue
        matched = frozenset[str]().union(*per_line[first : first + _MATCHED])
        score = sum(weights[word] for word in matched if word in weights)
        if score > (best.score if best else 0):
            best = _Match(score, hit.path, line)
    return best


def _with_what_follows(match: _Match, best: float, view: View, index: Finds) -> Snippet | None:
    text = index.text(match.path)
    if text is None:
        return None
    first, last = match.line, match.line + _MATCHED + _BEHIND - 1
    if first < view.first_line and match.path == view.path:
        last = min(last, view.first_line - 1)
    taken = text.splitlines()[first : last + 1]
    while taken and not taken[0].strip():
        taken, first = taken[1:], first + 1
    while taken and not taken[-1].strip():
        taken = taken[:-1]
    if not taken:
        return None
    return Snippet(
        Source.SIMILAR,
        match.path,
        first,
        first + len(taken) - 1,
        "\n".join(taken),
        match.score / best,
        "like the lines around the cursor",
    )


def _same(one: Snippet, other: Snippet) -> bool:
    """Tell whether two matches are the same lines, or copies of each other."""
    if one.path == other.path and one.line <= other.end_line and other.line <= one.end_line:
        return True
    return "".join(one.text.split()) == "".join(other.text.split())
