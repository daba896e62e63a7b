"""When to stop the model: as soon as nothing more of what it writes can be shown.

Fed with all the text after every chunk. It is cheap, so that no token waits for it: the text rules
only, no parser, and the rules on blocks only when a line or a bracket was completed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.post.block import block_end
from pillion.post.repetition import loop_end
from pillion.post.specials import special_end

if TYPE_CHECKING:
    from pillion.syntax.site import Site

MOST_BLANKS = 80
"""Blanks at the start behind which nothing else comes any more."""

_EOL = re.compile(r"[\r\n]")
_CLOSER = re.compile(r"[)\]}]")


class Stopper:
    """Tells for one suggestion when it is certainly finished."""

    def __init__(self, site: Site, *, multiline: bool) -> None:
        self._site = site
        self._multiline = multiline
        self._seen = (0, True, 0)

    def feed(self, text: str) -> int | None:
        """Return the length of `text` to keep, once it is finished; None while it is not."""
        if len(text) > MOST_BLANKS and text.isspace():
            return len(text)
        ends = [special_end(text, self._site)]
        if not self._multiline:
            newline = _EOL.search(text)
            ends += (newline.start() if newline else None, loop_end(text))
        elif self._advanced(text):
            ends += (block_end(text, self._site), loop_end(text))
        return min((end for end in ends if end is not None), default=None)

    def _advanced(self, text: str) -> bool:
        """Tell whether a line, the blanks at the start of a line or a bracket was completed."""
        head, _, last = text.rpartition("\n")
        seen = (len(head), not last.strip(), len(_CLOSER.findall(text)))
        if seen == self._seen:
            return False
        self._seen = seen
        return True
