"""The rest of the class around the cursor, where it lies outside of what the model sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.context.definitions import skeleton
from pillion.context.snippet import Snippet, Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from pillion.context.nearby import Nearby
    from pillion.context.place import Place
    from pillion.syntax.definitions import Definition

    class Lists(Protocol):
        """What is needed of `pillion.context.index.index.Index`."""

        def definitions_in(self, path: str) -> Sequence[Definition]:
            """Return the definitions of a file."""


_SCORE = 0.4
"""Behind similar code: in front of it, members made fewer lines right (docs/context.md)."""


def members(place: Place, near: Nearby, index: Lists) -> list[Snippet]:
    """Return the class around the cursor, as a skeleton of what the model does not see of it."""
    if not place.path:
        return []
    known = index.definitions_in(place.path)
    line = place.site.snapshot.lines.at(place.site.offset)
    around = [
        one
        for one in known
        if one.kind in {"class", "interface"} and one.line <= line <= one.end_line
    ]
    if not around:
        return []
    inner = max(around, key=lambda one: one.start)
    hidden = [
        one
        for one in known
        if one.scope == inner.qualified and not place.sees(place.path, one.line, one.line)
    ]
    if not hidden:
        return []
    text = skeleton(inner, hidden, near.names)
    why = f"the other members of {inner.name}"
    return [Snippet(Source.MEMBERS, place.path, inner.line, inner.end_line, text, _SCORE, why)]
