"""A change of text: replace one range by new text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``text[start:end]`` by `new`; offsets in code points."""

    start: int
    end: int
    new: str

    def apply(self, text: str) -> str:
        """Return `text` with this edit made. A reversed or outlying range is put in order first."""
        start, end = sorted((max(0, self.start), max(0, self.end)))
        return text[:start] + self.new + text[end:]
