"""Hard-coded secrets, by the same rules that keep them out of prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.context.redact import redact
from pillion.security.weakness import Weakness

if TYPE_CHECKING:
    from pillion.syntax.languages import Language

CWE = 798
_SAYS = "There is a secret in the code; read it from the environment or a key store."


def look(text: str, language: Language) -> list[Weakness]:
    """Return where secrets stand in `text`."""
    hidden = redact(text, language.id)
    if hidden is text:
        return []
    found: list[Weakness] = []
    start = -1
    for place in range(len(text) + 1):
        differs = place < len(text) and text[place] != hidden[place]
        if differs and start < 0:
            start = place
        elif not differs and start >= 0 and not (place < len(text) and hidden[place] == "x"):
            found.append(Weakness(CWE, _SAYS, start, place))
            start = -1
    return found
