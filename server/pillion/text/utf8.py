"""Text as UTF-8, and offsets between the two.

Editors may send half a surrogate pair; it is no valid UTF-8 and no model has seen it, so it
becomes U+FFFD. That keeps one code point one code point, so offsets stay right.
"""

from __future__ import annotations

import re

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return `text` with each lone surrogate replaced by U+FFFD; the length stays the same."""
    return text if text.isascii() else _LONE_SURROGATE.sub("�", text)


class ByteOffsets:
    """Code-point offsets of one text to byte offsets of its UTF-8 form, and back."""

    def __init__(self, text: str) -> None:
        self.text = clean(text)
        self.data = self.text.encode()
        self._ascii = len(self.data) == len(self.text)

    def to_byte(self, offset: int) -> int:
        """Return the byte offset of the code-point `offset`."""
        return offset if self._ascii else len(self.text[:offset].encode())

    def to_char(self, byte: int) -> int:
        """Return the code-point offset of `byte`; inside a character, the character's start."""
        return byte if self._ascii else len(self.data[:byte].decode(errors="ignore"))
