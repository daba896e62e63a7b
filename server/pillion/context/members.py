"""The rest of the class around the cursor, where it lies outside of what the model sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.context.definitions import skeleton
from pillion.context.snippet import Snippet, Source
from pillion.text.lines import indent_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from pillion.context.nearby import Nearby
    from pillion.context.view import View
    from pillion.syntax.definitions import Definition
    from pillion.syntax.site import Site

    class Lists(Protocol):
        """What is needed of `pillion.context.index.index.Index`."""

        def definitions_in(self, path: str) -> Sequence[Definition]:
            """Return the definitions of a file."""


_SCORE = 0.4
"""Behind similar code: in front of it, members made fewer lines right (docs/context.md)."""


def members(view: View, near: Nearby, index: Lists) -> list[Snippet]:
    """Return the class around the cursor, as a skeleton of what the model does not see of it."""
    if not view.path:
        return []
    known = index.definitions_in(view.path)
    around = [
        one for one in known if one.kind in {"class", "interface"} and _reaches(one, view.site)
    ]
    if not around:
        return []
    inner = max(around, key=lambda one: one.start)
    hidden = [
        one
        for one in known
        if one.scope == inner.qualified and not view.sees(view.path, one.line, one.line)
    ]
    if not hidden:
        return []
    text = skeleton(inner, hidden, near.names)
    why = f"the other members of {inner.name}"
    return [Snippet(Source.MEMBERS, view.path, inner.line, inner.end_line, text, _SCORE, why)]


def _reaches(one: Definition, site: Site) -> bool:
    """Tell whether the cursor is in a definition, or on an indented empty line right below it."""
    snapshot = site.snapshot
    line = snapshot.lines.at(site.offset)
    if not one.line < line:
        return False
    if line <= one.end_line:
        return True
    between = "".join(snapshot.line(at) for at in range(one.end_line + 1, line))
    outer, inner = indent_of(snapshot.line(one.line)), indent_of(site.typed)
    return not between.strip() and not site.typed.strip() and len(inner) > len(outer)
