"""Secrets inside harmless text are replaced before any model sees it, and nothing else changes.

    text -> lines -> secrets of each line (known formats, telling names, chance) and private keys
         -> the same text with each character of a secret replaced by `x`

The result has the length and the lines of the text, so offsets stay right, strings stay strings,
and the KV cache survives. Every decision depends on one line, or on one private key, never on the
cursor: what is hidden once stays hidden while something else is typed. No files, no network.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pillion.context import key_blocks, secret_formats, secret_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pillion.context.window import Window
    from pillion.text.snapshot import Snapshot

MASK = "x"

_SHORTEST = 8
"""Characters of the shortest line that can hold a name and a secret."""

_CHUNK = 4_096
"""Longer lines are looked at in pieces of so many characters, so that one line of two million
does not cost a second per keystroke. A secret across the border of two pieces is found in the
overlap."""
_OVERLAP = 512

_LOOK_BACK = 12_000
"""Characters before a window in which a private key that reaches into it may begin."""

_KEY_WORDS = ("PRIVATE KEY", "Private-Lines")

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ESCAPE = re.compile(r"\\[nrt]")


def redact(text: str, language: str = "") -> str:
    """Return `text` with its secrets hidden; the same object if there are none.

    `language` is what an editor calls the language. In what is no code, values without quotes
    are looked at, too.
    """
    lines, starts = _lines(text)
    found = [
        *_named(lines, starts, language),
        *(span for key in _keys(lines, starts) for span in key),
    ]
    if not found:
        return text
    pieces, done = [], 0
    for start, end in sorted(found):
        if end > done:
            pieces.append(text[done : max(done, start)])
            pieces.append(MASK * (end - max(done, start)))
            done = end
    return "".join((*pieces, text[done:]))


def count(text: str, language: str = "") -> int:
    """Return how many secrets `redact` would hide; a private key counts as one."""
    lines, starts = _lines(text)
    keys = list(_keys(lines, starts))
    inside = [span for key in keys for span in key]
    done = total = 0
    for start, end in sorted(_named(lines, starts, language)):
        if start >= done and not any(a < end and start < b for a, b in inside):
            total += 1
        done = max(done, end)
    return total + len(keys)


def redact_window(window: Window, snapshot: Snapshot) -> Window:
    """Return the window as the model may see it, at the same offsets.

    Whole lines are judged, so that a cursor inside a secret does not make two harmless halves.
    """
    text = snapshot.text
    start, end = _region(text, window.start, window.end)
    shown = redact(text[start:end], snapshot.language)
    if shown is text:
        return window

    def part(first: int, last: int) -> str:
        return shown[first - start : last - start]

    return replace(
        window,
        prefix=part(window.start, window.anchor),
        typed=part(window.anchor, window.offset),
        suffix=part(window.offset, window.end),
    )


Span = tuple[int, int]


def _lines(text: str) -> tuple[list[str], list[int]]:
    """Return the lines, cut where they are too long, and where each begins."""
    lines, starts = [], []
    for match in _LINE.finditer(text):
        line, start = match[0], match.start()
        for first in range(0, max(1, len(line)), _CHUNK):
            lines.append(line[first : first + _CHUNK + _OVERLAP])
            starts.append(start + first)
    return lines, starts


def _named(lines: list[str], starts: list[int], language: str) -> Iterator[Span]:
    # Imported here: the editor has its answer to `initialize` before the parsers are there.
    from pillion.syntax.languages import language_of  # noqa: PLC0415

    loose = language_of(language).grammar is None
    for line, offset in zip(lines, starts, strict=True):
        if len(line) >= _SHORTEST:
            for start, end in _in_line(line.rstrip("\r\n"), loose):
                yield offset + start, offset + end


def _keys(lines: list[str], starts: list[int]) -> Iterator[list[Span]]:
    if not any(word in line for line in lines for word in _KEY_WORDS):
        return
    for key in key_blocks.blocks([_view(line) for line in lines]):
        yield [(starts[number] + start, starts[number] + end) for number, start, end in key]


@lru_cache(maxsize=8192)
def _in_line(line: str, loose: bool) -> tuple[Span, ...]:
    """Return where the secrets of one line are; most lines were seen a keystroke ago."""
    view = _view(line)
    return tuple({*secret_formats.spans(view, loose=loose), *secret_names.spans(view, loose=loose)})


def _view(line: str) -> str:
    """Return the line with blanks in the place of escaped line ends, which begin no word."""
    return _ESCAPE.sub("  ", line) if "\\" in line else line


def _region(text: str, start: int, end: int) -> Span:
    """Return the lines of a window, from where a private key that reaches into it begins."""
    first = _line_start(text, start)
    key = max(text.rfind(word, max(0, first - _LOOK_BACK), first) for word in _KEY_WORDS)
    if key >= 0:
        first = _line_start(text, key)
    elif start - first > _CHUNK + _OVERLAP:
        first += (start - first - _OVERLAP) // _CHUNK * _CHUNK
    last = _LINE.match(text, end)
    return first, min(last.end() if last else end, end + _CHUNK)


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
