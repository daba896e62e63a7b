"""Private keys, which span lines: in files of their own, in strings, in YAML, in pieces of code.

A block is what follows the line that begins a private key, for as long as its lines look like the
inside of one; its end need not be there. So a mention of such a line in code hides nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST = 300
"""Lines of the longest key; 16,384 bits of RSA need 210."""

BEGIN = re.compile(
    r"-----?\s?BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?\s?-----?|Private-Lines: \d+"
)
_END = re.compile(r"-----?\s?END |Private-MAC:")
_BODY = re.compile(r"[A-Za-z0-9+/=]{4,}")
# What may stand around a line of a key: blanks, quotes, comments, signs that join pieces.
_AROUND = re.compile(r"""^[\s"'`#*/|>+.;:,()-]*|[\s"'`+.;,)\\&]*$""")
_LEAST = 16
"""Characters of the longest piece of a key that stands in the line of its beginning."""
_INSIDE = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}")
_LAST = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_HEADER = re.compile(r"(?:Proc-Type|DEK-Info|Comment|Version|Key-Derivation|Argon2-\w+|Hash):? .*")


Piece = tuple[int, int, int]
"""Number of a line, start and end in it."""


def blocks(lines: Sequence[str]) -> Iterator[list[Piece]]:
    """Yield the pieces of every private key."""
    number = 0
    while number < len(lines):
        begin = BEGIN.search(lines[number])
        if begin is None:
            number += 1
            continue
        pieces = list(_in_line(number, lines[number], begin.end()))
        if not any(end - start >= _LEAST for _, start, end in pieces):
            # A mention, with code behind it.
            pieces.clear()
        number += 1
        for _ in range(LONGEST):
            if number == len(lines) or not _is_inside(lines, number):
                break
            pieces.extend(_in_line(number, lines[number], 0))
            number += 1
        if pieces:
            yield pieces


def _in_line(number: int, line: str, start: int) -> Iterator[Piece]:
    """Yield the pieces in a line, up to the end of the key if that is in it, too."""
    end = _END.search(line, start)
    for match in _BODY.finditer(line, start, end.start() if end else len(line)):
        yield number, *match.span()


def _is_inside(lines: Sequence[str], number: int) -> bool:
    line = _AROUND.sub("", lines[number])
    if not line:
        # A blank line follows the headers of a key, and nothing else in it.
        before = _AROUND.sub("", lines[number - 1])
        return bool(_HEADER.fullmatch(before)) or bool(BEGIN.search(lines[number - 1]))
    if _INSIDE.fullmatch(line) or _HEADER.fullmatch(line):
        return True
    # Only the last line of a key is short.
    is_last = number + 1 < len(lines) and _END.search(lines[number + 1])
    return bool(_LAST.fullmatch(line)) and (bool(is_last) or line.endswith("="))
