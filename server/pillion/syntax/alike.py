"""Whether two pieces of code say the same: the leaves of their syntax trees, one after another.

Blanks, line breaks and comments make no difference, nor do semicolons at the end of a statement.
Without a grammar only blanks make none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.syntax.leaves import leaves

if TYPE_CHECKING:
    from pillion.syntax.languages import Language


def said(text: str, language: Language, start: int, end: int) -> tuple[str, ...]:
    """Return what ``text[start:end]`` says; the same for two texts that say the same."""
    found = [leaf.text for leaf in leaves(text, language, start, end)]
    if not found:
        return tuple(text[start:end].split())
    return tuple(leaf for leaf in found if leaf.strip() and leaf != ";")
