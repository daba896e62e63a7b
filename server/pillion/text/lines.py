r"""Where the lines of a text begin and end.

Lines end at ``\n``, ``\r\n`` or ``\r``, as in the Language Server Protocol (3.18, "Text
Documents"), and at nothing else: `str.splitlines` also splits at form feeds and U+2028, and would
shift every position behind one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

_EOL = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Lines:
    """Starts and ends of all lines of one text, as code-point offsets."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    """Offset of each line's end, its line ending not included."""

    @classmethod
    def of(cls, text: str) -> Lines:
        """Find the lines of `text`; there is always at least one."""
        if "\r" not in text:
            # The usual case, several times as fast: every keystroke brings a new text.
            sizes = (len(line) + 1 for line in text.split("\n"))
            after = tuple(accumulate(sizes, initial=0))
            return cls(after[:-1], tuple(start - 1 for start in after[1:]))
        starts, ends = [0], []
        for match in _EOL.finditer(text):
            ends.append(match.start())
            starts.append(match.end())
        ends.append(len(text))
        return cls(tuple(starts), tuple(ends))

    def __len__(self) -> int:
        return len(self.starts)

    def at(self, offset: int) -> int:
        """Return the number of the line that holds `offset`, counting from 0."""
        return max(0, bisect_right(self.starts, offset) - 1)


def eol_of(text: str) -> str:
    r"""Return the first line ending of `text`, or ``\n`` where it has none."""
    match = _EOL.search(text)
    return match[0] if match else "\n"


def indent_of(line: str) -> str:
    """Return the blanks that `line` begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def is_blank(line: str) -> bool:
    """Tell whether `line` holds nothing but blanks."""
    return not line.strip()
