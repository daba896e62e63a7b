"""Where context is gathered for: the cursor, the file as the index names it, and what is seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pillion.context.window import Window
    from pillion.syntax.site import Site

_FAMILIES = (("javascript", "typescript", "tsx"), ("c", "cpp"), ("java", "kotlin"))
"""Languages whose code is of use to each other."""


@dataclass(frozen=True, slots=True)
class View:
    """A cursor, and the lines around it that the model sees in any case."""

    site: Site
    path: str
    """The document's path in the workspace; empty for one outside of it."""
    first_line: int
    last_line: int

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages to search: that of the document and its relatives."""
        own = self.site.language.id
        return next((family for family in _FAMILIES if own in family), (own,))

    def sees(self, path: str, first: int, last: int) -> bool:
        """Tell whether the model sees any of these lines without our help."""
        return path == self.path and first <= self.last_line and last >= self.first_line


def view_of(site: Site, path: str, window: Window) -> View:
    """Return the place of a cursor whose window is `window`."""
    lines = site.snapshot.lines
    return View(site, path, lines.at(window.start), lines.at(window.end))
