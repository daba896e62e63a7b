"""What post-processing works on and what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.base.outcome import Nothing
    from pillion.syntax.site import Site


@dataclass(frozen=True, slots=True)
class Draft:
    """A suggestion on its way through the filters: insert `text` at the cursor.

    `swallow` characters right of the cursor, on its line, are replaced (auto-closed brackets).
    """

    text: str
    site: Site
    multiline: bool
    """Whether more than one line may be shown here."""
    swallow: int = 0
    complete: bool = True
    """False when the model was cut off (token limit), so that the last line may be half a line."""


Filter: TypeAlias = "Callable[[Draft], Draft | Nothing]"
"""One step of post-processing: a changed draft, the same draft, or nothing with a reason."""
