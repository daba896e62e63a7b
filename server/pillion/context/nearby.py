"""What the code around the cursor is about: its words and names, the nearer the heavier. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.context.index.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pillion.syntax.site import Site

_IDENTIFIER = re.compile(r"[^\W\d]\w*")

# Lines that are looked at, and how fast they lose weight: of several tried on 270 lines of
# repositories newer than the model, half as many did as well and twice as many slightly worse.
_WORDS_BEFORE, _WORDS_AFTER, _WORDS_DECAY = 10, 4, 4.0
_NAMES_BEFORE, _NAMES_AFTER, _NAMES_DECAY = 40, 20, 12.0

_AFTER_SHARE = 0.5
"""Weight of a line below the cursor, beside one that is as far above it."""

_MOST = 2.0
"""Weight of one word at most, however often it stands there."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """Weights of words (parts of identifiers, in lower case) and of whole identifiers."""

    words: Mapping[str, float]
    """Heaviest first."""
    names: Mapping[str, float]
    """From 0 to 1."""


def nearby(site: Site) -> Nearby:
    """Weigh what stands around the cursor; what follows on its own line does not count."""
    above, below = _around(site)
    found: dict[str, float] = {}
    for weight, line in _weighed(above, below, (_WORDS_BEFORE, _WORDS_AFTER), _WORDS_DECAY):
        for word in words(line):
            if word not in _COMMON:
                found[word] = min(_MOST, found.get(word, 0.0) + weight)
    names: dict[str, float] = {}
    for weight, line in _weighed(above, below, (_NAMES_BEFORE, _NAMES_AFTER), _NAMES_DECAY):
        for name in _IDENTIFIER.findall(line):
            names[name] = max(weight, names.get(name, 0.0))
    return Nearby(dict(sorted(found.items(), key=lambda item: -item[1])), names)


def names_in(text: str) -> list[str]:
    """Return the identifiers of `text`, as often as they stand there."""
    return _IDENTIFIER.findall(text)


def _around(site: Site) -> tuple[list[str], list[str]]:
    """Return the lines above, nearest first and with what is typed; and those below."""
    snapshot = site.snapshot
    number = snapshot.lines.at(site.offset)
    first, last = max(0, number - _NAMES_BEFORE), number + 1 + _NAMES_AFTER
    above = [site.typed, *(snapshot.line(at) for at in range(number - 1, first - 1, -1))]
    below = [snapshot.line(at) for at in range(number + 1, min(last, len(snapshot.lines)))]
    return above, below


def _weighed(
    above: list[str], below: list[str], most: tuple[int, int], decay: float
) -> list[tuple[float, str]]:
    return [
        *((math.exp(-at / decay), line) for at, line in enumerate(above[: most[0]])),
        *((_AFTER_SHARE * math.exp(-at / decay), line) for at, line in enumerate(below[: most[1]])),
    ]


_COMMON = frozenset(
    # One text, so that it can be read.
    (  # noqa: SIM905
        "self this return if else for in import from def class const let var function async await "
        "new the of to and or not is none null true false undefined export type string number any "
        "int str fn func pub impl mut use void public private static final struct end then do"
    ).split()
)
"""Words of every program: they find nothing."""
