"""Repetition: small models loop, and copy the line above.

A loop is cut to one round; a suggestion that is nothing but the lines above it is refused.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.text.lines import is_blank

if TYPE_CHECKING:
    from pillion.post.outcome import Draft
    from pillion.syntax.site import Site

MAX_ROUND_LINES = 8
"""Lines in one round of a loop that is looked for."""

PROSE_WORDS = 6
"""Words in a row that make a repeated sentence."""

# What stands between blanks and comment marks; a window with code in it is no prose.
_PROSE_WORD = re.compile(r"[^\s#/*]+")

# At least four rounds of four or more characters. Rules of dashes and rows of zeros are meant to
# repeat, so a round has a letter or digit in it, and some other character.
_LOOP_IN_LINE = re.compile(r"([^\n]{4,80}?)\1{3,}")
# What may stand between two rounds in a line goes with the second one.
_JOINTS = " .,;:+-*/|&"
_WORD = re.compile(r"\w\w")
_NUMBER = re.compile(r"\d+")


def cut_loops(draft: Draft) -> Draft:
    """Keep one round of a loop."""
    if (end := loop_end(draft.text)) is None:
        return draft
    return replace(draft, text=draft.text[:end], complete=True)


def refuse_repeated_prefix(draft: Draft) -> Draft | Nothing:
    """Refuse a suggestion that says again what the lines above the cursor say.

    Whatever comes behind it, a line that begins with the line above is a loop or a wrong track.
    """
    new = [line.rstrip() for line in (draft.site.typed + draft.text).split("\n")]
    new = [line for line in new if line]
    above = _lines_above(draft.site, len(new))
    again = new == above or (is_blank(draft.site.typed) and new[:1] == above[-1:])
    if again and any(_WORD.search(line) for line in (new if new == above else new[:1])):
        return Nothing(Reason.REPEATS_PREFIX)
    return draft


def loop_end(text: str) -> int | None:
    """Return the length of `text` up to the end of the first round of a loop, if it loops."""
    ends = [_line_loop_end(text), _prose_loop_end(text)]
    for match in _LOOP_IN_LINE.finditer(text):
        if len(set(match[1])) > 2 and any(map(str.isalnum, match[1])):
            ends.append(match.start() + len(match[1].rstrip(_JOINTS)))
            break
    return min((end for end in ends if end is not None), default=None)


def _line_loop_end(text: str) -> int | None:
    """Find rounds of lines: two of several lines, three of one line.

    Rounds that differ in a number only are as good as the same, from three of several lines on.
    """
    # Without indentation: the first line has its own on the cursor's line.
    lines = [line.strip() for line in text.split("\n")]
    numberless = [_NUMBER.sub("0", line) for line in lines]
    ends = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=-1))[1:]
    for begin in range(len(lines)):
        for size in range(1, MAX_ROUND_LINES + 1):
            said = sum(bool(_WORD.search(line)) for line in lines[begin : begin + size])
            if said < min(size, 2):
                continue
            varied = len(set(numberless[begin : begin + size])) > 1
            counted = varied and _rounds(numberless, begin, size) >= 3
            if counted or _rounds(lines, begin, size) >= (3 if size == 1 else 2):
                return ends[begin + size - 1]
    return None


def _rounds(lines: list[str], begin: int, size: int) -> int:
    """Count how often ``lines[begin : begin + size]`` comes in a row."""
    first = lines[begin : begin + size]
    count = 1
    while lines[begin + size * count : begin + size * (count + 1)] == first:
        count += 1
    return count


def _prose_loop_end(text: str) -> int | None:
    """Find words of prose that come a third time, wherever the lines of the comment break."""
    words = list(_PROSE_WORD.finditer(text))
    seen: dict[tuple[str, ...], list[int]] = {}
    for number in range(len(words) - PROSE_WORDS + 1):
        key = tuple(match[0].rstrip(".,;:") for match in words[number : number + PROSE_WORDS])
        if not all(map(str.isalpha, key)):
            continue
        places = seen.setdefault(key, [])
        if places and number - places[-1] < PROSE_WORDS:
            continue
        places.append(number)
        if len(places) == 3:
            # The sentence before ends the comment; without one, the whole line goes.
            second = words[places[1]].start()
            end = max(text.rfind(mark, 0, second) for mark in (". ", ".\n"))
            return end + 1 if end >= 0 else max(0, text.rfind("\n", 0, second))
    return None


def _lines_above(site: Site, count: int) -> list[str]:
    """Return the last `count` lines above the cursor's line that are not blank."""
    lines = site.snapshot.lines
    found: list[str] = []
    for number in range(lines.at(site.line_start) - 1, -1, -1):
        if len(found) == count:
            break
        line = site.snapshot.line(number)
        if not is_blank(line):
            found.append(line.rstrip())
    return found[::-1]
