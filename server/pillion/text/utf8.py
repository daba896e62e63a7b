"""Text as UTF-8, and offsets between the two.

Editors may send half a surrogate pair; it is no valid UTF-8 and no model has seen it, so it
becomes U+FFFD. That keeps one code point one code point, so offsets stay right.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

# Characters between two places whose byte offset is known; a conversion encodes half as many.
# Without them each one would encode the text from its beginning, 100 µs in a 5,000-line file.
_STRIDE = 512


def clean(text: str) -> str:
    """Return `text` with each lone surrogate replaced by U+FFFD; the length stays the same."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


class ByteOffsets:
    """Code-point offsets of one text to byte offsets of its UTF-8 form, and back."""

    def __init__(self, text: str) -> None:
        self.text = clean(text)
        self.data = self.text.encode()
        self._ascii = len(self.data) == len(self.text)
        self._known = [0]
        if not self._ascii:
            for start in range(0, len(self.text), _STRIDE):
                size = len(self.text[start : start + _STRIDE].encode())
                self._known.append(self._known[-1] + size)

    def to_byte(self, offset: int) -> int:
        """Return the byte offset of the code-point `offset`."""
        if self._ascii:
            return offset
        known = max(0, min(offset, len(self.text))) // _STRIDE
        return self._known[known] + len(self.text[known * _STRIDE : max(0, offset)].encode())

    def to_char(self, byte: int) -> int:
        """Return the code-point offset of `byte`; inside a character, the character's start."""
        if self._ascii:
            return byte
        known = max(0, bisect_right(self._known, byte) - 1)
        tail = self.data[self._known[known] : max(0, byte)].decode(errors="ignore")
        return min(known * _STRIDE, len(self.text)) + len(tail)
