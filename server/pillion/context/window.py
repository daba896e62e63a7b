"""The window of the current document that the model sees, in blocks that move in steps.

The window is cut so that a keystroke changes nothing before the text being typed: its edges stay
where they were for as long as they can (design decision 2), because each moved edge means that
the model has to read everything behind it again.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """``text[start:anchor]`` is the prefix, ``text[anchor:offset]`` the typed part.

    The typed part goes after the model's middle token; ``text[offset:end]`` is the suffix.
    All are code-point offsets; `anchor` is the start of a line.
    """

    prefix: str
    typed: str
    suffix: str
    start: int
    anchor: int
