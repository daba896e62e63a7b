"""The window of the current document that the model sees, in blocks that move in steps.

The window is cut so that a keystroke changes nothing before the text being typed: its edges stay
where they were for as long as they can (design decision 2), because each moved edge means that
the model has to read everything behind it again. Pure: the window before comes in as a value.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.syntax.check import borders

if TYPE_CHECKING:
    from pillion.syntax.site import Site


@dataclass(frozen=True, slots=True)
class Window:
    """``text[start:anchor]`` is the prefix, ``text[anchor:offset]`` the typed part.

    The typed part goes after the model's middle token; ``text[offset:end]`` is the suffix.
    All are code-point offsets; `anchor` is the start of a line, except in very long lines.
    """

    prefix: str
    typed: str
    suffix: str
    start: int
    anchor: int

    @property
    def offset(self) -> int:
        """Where the cursor is."""
        return self.anchor + len(self.typed)

    @property
    def end(self) -> int:
        """Where the suffix ends."""
        return self.offset + len(self.suffix)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of the document fits, in characters; `before` is prefix and typed part together."""

    before: int
    after: int
    typed_lines: int = 0
    """Line breaks that the typed part may hold before its anchor moves on."""


PREFIX_SHARE = 2 / 3
"""A fresh prefix takes two thirds of its budget: the rest is room to grow, so that the start
moves once in many lines. The typed part never takes more than the other third."""

# A kept prefix leaves an eighth of the budget for the line that is about to be typed, so that
# the start does not move in the middle of a line.
_LINE_SHARE = 1 / 8

# Below a quarter of the budget (the cursor went up, near the old start), a new cut shows more.
_LEAST_SHARE = 1 / 4

# So many characters say whether the window still begins with the same text. An edit farther down
# moves nothing: the text up to it needs no second reading.
_SAME_CHARS = 200


def cut(site: Site, budget: Budget, previous: Window | None) -> Window:
    """Cut the window around the cursor, with the edges of `previous` for as long as they hold.

    The result keeps the budgets, whatever the text: in a very long line a cut may fall inside
    the line. The same arguments give the same window.
    """
    text, offset = site.snapshot.text, site.offset
    if previous is not None and _same_anchor(site, budget, previous):
        start, anchor = previous.start, previous.anchor
    else:
        anchor = _anchor(site.line_start, offset, _typed_room(budget))
        kept = _kept_start(text, anchor, offset, budget, previous)
        start = _fresh_start(site, anchor, budget.before) if kept is None else kept
    kept = _kept_end(text, offset, budget.after, previous)
    end = _fresh_end(site, budget.after) if kept is None else kept
    return Window(text[start:anchor], text[anchor:offset], text[offset:end], start, anchor)


def _typed_room(budget: Budget) -> int:
    return budget.before - int(budget.before * PREFIX_SHARE)


def _same_anchor(site: Site, budget: Budget, previous: Window) -> bool:
    """Tell whether everything before the typed part may stay as it was."""
    text, anchor, offset = site.snapshot.text, previous.anchor, site.offset
    if anchor > offset or offset - anchor > _typed_room(budget):
        return False
    if offset - previous.start > budget.before:
        return False
    lines = site.snapshot.lines
    breaks = lines.at(offset) - lines.at(anchor)
    if breaks > budget.typed_lines or not _at_anchor(site, anchor, breaks, budget):
        return False
    # A short prefix is fine as long as there is nothing more above it.
    enough = previous.start == 0 or len(previous.prefix) >= budget.before * _LEAST_SHARE
    return enough and text[previous.start : anchor] == previous.prefix


def _at_anchor(site: Site, anchor: int, breaks: int, budget: Budget) -> bool:
    """Tell whether `anchor` is a place where the typed part may begin."""
    if breaks == 0:
        return anchor == _anchor(site.line_start, site.offset, _typed_room(budget))
    return anchor == site.snapshot.lines.starts[site.snapshot.lines.at(anchor)]


def _anchor(line_start: int, offset: int, room: int) -> int:
    """Return where the typed part begins: the line's start, or in a long line the next step."""
    excess = offset - line_start - room
    if excess <= 0:
        return line_start
    step = max(1, room // 2)
    return line_start + -(-excess // step) * step


def _kept_start(
    text: str, anchor: int, offset: int, budget: Budget, previous: Window | None
) -> int | None:
    """Return the start of `previous` where it still stands, also if text above has shifted it."""
    if previous is None or not previous.prefix:
        return None
    needed = max(offset - anchor, int(budget.before * _LINE_SHARE))
    for start in (previous.start, anchor - len(previous.prefix)):
        size = anchor - start
        same = min(size, len(previous.prefix), _SAME_CHARS)
        if (
            0 <= start < anchor
            and size + needed <= budget.before
            and (start == 0 or size >= budget.before * _LEAST_SHARE)
            and text[start : start + same] == previous.prefix[:same]
        ):
            return start
    return None


def _fresh_start(site: Site, anchor: int, budget: int) -> int:
    """Cut the prefix: at a definition in its first half, else at a line, else inside the line."""
    if anchor + max(site.offset - anchor, int(budget * _LINE_SHARE)) <= budget:
        return 0
    snapshot = site.snapshot
    lowest = max(0, anchor - int(budget * PREFIX_SHARE))
    half = lowest + (anchor - lowest) // 2
    starts = snapshot.lines.starts
    for number in borders(snapshot, site.language, lowest, half):
        if lowest <= starts[number] <= half:
            return starts[number]
    line = bisect_left(starts, lowest)
    if line < len(starts) and starts[line] <= half:
        return starts[line]
    return lowest


def _kept_end(text: str, offset: int, budget: int, previous: Window | None) -> int | None:
    """Return the end of the suffix where the text behind the cursor is what it was."""
    if previous is None or len(previous.suffix) > budget:
        return None
    end = offset + len(previous.suffix)
    if end < len(text) and len(previous.suffix) < budget // 2:
        return None  # The document ended there before, and goes on now.
    return end if text.startswith(previous.suffix, offset) else None


def _fresh_end(site: Site, budget: int) -> int:
    """Cut the suffix: before a definition in its second half, else at a line, else inside it."""
    snapshot, offset = site.snapshot, site.offset
    highest = offset + budget
    if highest >= len(snapshot.text):
        return len(snapshot.text)
    half = highest - budget // 2
    starts = snapshot.lines.starts
    for number in reversed(borders(snapshot, site.language, half, highest)):
        if half <= starts[number] <= highest:
            return starts[number]
    line = bisect_right(starts, highest) - 1
    if starts[line] >= half and starts[line] > offset:
        return starts[line]
    return highest - (snapshot.text[highest - 1 : highest + 1] == "\r\n" and highest > offset)
