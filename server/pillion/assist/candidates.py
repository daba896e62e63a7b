"""Several suggestions for one place, when the user asks for them: the likeliest, and others.

The others are drawn by chance from the same prompt, which the model has read already. Two that
say the same are one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing
from pillion.syntax.alike import said

if TYPE_CHECKING:
    from pillion.post.outcome import Draft
    from pillion.syntax.site import Site

MOST = 3
"""Who looks through more than that would rather type."""

TRIES = 5
"""Draws for the others; where the model is sure they are all the same."""

HEAT = 0.8
"""Temperature of the draws: different, and still sound."""


class Candidates:
    """Different drafts for one place, in the order in which they came."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._said: set[tuple[str, ...]] = set()
        self.drafts: list[Draft] = []

    @property
    def enough(self) -> bool:
        """Whether no more are wanted."""
        return len(self.drafts) == MOST

    def add(self, draft: Draft | Nothing) -> None:
        """Take a draft, unless there is none or it says what another one says."""
        if isinstance(draft, Nothing):
            return
        site = self._site
        text = site.before + draft.text + site.after[draft.swallow :]
        # What it replaces is part of what it says, so the rest of the line counts, too.
        end = site.offset + len(draft.text) + len(site.rest) - draft.swallow
        says = said(text, site.language, site.line_start, end)
        if says not in self._said:
            self._said.add(says)
            self.drafts.append(draft)
