"""What an explanation says must be about the code: names and lines that exist.

An explanation is looked at line by line as it is written. A sentence that speaks of a name in
backticks which is not in the code, or of a line outside of it, is left out, and the reader is told
how many. Pure; never asks the model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTED = re.compile(r"`+([^`\n]+)`+")
_WORD = re.compile(r"[^\W\d]\w*")
_LINES = re.compile(r"\b[Ll]ines?\s+(\d+)(?:\s*(?:-|to|and)\s*(\d+))?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`*])")
_BULLET = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+|\s*#+\s+|\s*)")


@dataclass(slots=True)
class Claims:
    """The claims about one range of code."""

    names: frozenset[str]
    """Words of the code, of what it uses, and of its language."""
    first: int
    last: int
    """The lines that may be spoken of, as the reader counts them."""
    left_out: list[str] = field(default_factory=list)
    """What the dropped sentences spoke of: names, or ``line 12``."""
    _rest: str = ""

    def feed(self, text: str) -> Iterator[str]:
        """Take a piece of the answer; yield the lines that it ends, checked."""
        *whole, self._rest = (self._rest + text).split("\n")
        for line in whole:
            if (kept := self.kept(line)) is not None:
                yield kept + "\n"

    def end(self) -> Iterator[str]:
        """Yield what is left when the answer has ended."""
        rest, self._rest = self._rest, ""
        if rest and (kept := self.kept(rest)) is not None:
            yield kept

    def kept(self, line: str) -> str | None:
        """Return a line without its false sentences; None if there was nothing else in it."""
        match = _BULLET.match(line)
        mark = match[0] if match else ""
        body = line[len(mark) :]
        if not body.strip():
            return line
        kept = [sentence for sentence in _SENTENCE.split(body) if self._holds(sentence)]
        return mark + " ".join(kept) if kept else None

    def _holds(self, sentence: str) -> bool:
        for match in _LINES.finditer(sentence):
            for number in (match[1], match[2]):
                if number and not self.first <= int(number) <= self.last:
                    self.left_out.append(f"line {number}")
                    return False
        for match in _QUOTED.finditer(sentence):
            unknown = [word for word in _WORD.findall(match[1]) if word not in self.names]
            if unknown and _is_name(match[1]):
                self.left_out.append(f"`{match[1]}`")
                return False
        return True


def _is_name(text: str) -> bool:
    """Tell whether quoted text is a name or a call, not a value or an example."""
    return re.fullmatch(r"[^\W\d][\w.]*(?:\(.*\))?", text) is not None


def words_of(*texts: str) -> frozenset[str]:
    """Return all words of these texts."""
    return frozenset(word for text in texts for word in _WORD.findall(text))
