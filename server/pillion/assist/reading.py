"""What to ask the model with: all it has read of a place where that is cheap, else a quick window.

The model answers fast where it has read everything before; somewhere new it would first have to
read the whole window, and the code from elsewhere in front of it. So a new place is answered from
a small window, and the rest is read while the user is idle (`pillion.assist.complete`).
"""

from __future__ import annotations

from dataclasses import dataclass
from os.path import commonprefix
from typing import TYPE_CHECKING

from pillion.assist.contract import CHARS_PER_TOKEN
from pillion.context.window import cut

if TYPE_CHECKING:
    from pillion.assist.contract import Plan
    from pillion.assist.surroundings import Bundle
    from pillion.context.snippet import Snippet
    from pillion.context.window import Window
    from pillion.syntax.site import Site


@dataclass(frozen=True, slots=True)
class Choice:
    """The window to ask with, the code in front of it, and the session that knows them."""

    window: Window
    bundle: Bundle | None
    session: str

    @property
    def head(self) -> str:
        """The text in front of the window."""
        return self.bundle.head if self.bundle else ""

    @property
    def snippets(self) -> tuple[Snippet, ...]:
        """The code from elsewhere that the model sees."""
        return self.bundle.snippets if self.bundle else ()


class Reading:
    """What the model has read of one document.

    Other code in front of the window makes the model read everything behind it again. That happens
    in a second session, so that the first one answers until the second has read it all.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._read: Choice | None = None
        self._quick: Window | None = None

    @property
    def bundle(self) -> Bundle | None:
        """The code from elsewhere that the model has read."""
        return self._read.bundle if self._read else None

    def choose(self, site: Site, plan: Plan) -> Choice:
        """Choose what to ask with, without gathering anything."""
        choice = self.whole(site, plan, self.bundle)
        if self.cost(choice) <= plan.quick_tokens:
            self.has_read(choice)
            return choice
        self._quick = cut(site, plan.quick, self._quick)
        return Choice(self._quick, None, f"{self._uri}#quick")

    def whole(self, site: Site, plan: Plan, bundle: Bundle | None) -> Choice:
        """Return the full window behind `bundle`, whatever it costs."""
        known = self._read
        window = cut(site, plan.full, known.window if known else None)
        session = known.session if known else self._session(0)
        if known and _head(known.bundle) != _head(bundle):
            session = self._session(int(session == self._session(0)))
        return Choice(window, bundle, session)

    def has_read(self, choice: Choice) -> None:
        """Take note that the model has read all of this."""
        self._read = choice

    def cost(self, choice: Choice) -> float:
        """Estimate how many tokens the model would have to read, what is typed left out."""
        window, known = choice.window, self._read
        if known is None or known.head != choice.head:
            chars = len(choice.head) + len(window.prefix) + len(window.suffix)
            return chars / CHARS_PER_TOKEN
        read = known.window
        if window.prefix == read.prefix:
            return 0.0 if window.suffix == read.suffix else len(window.suffix) / CHARS_PER_TOKEN
        same = len(commonprefix([window.prefix, read.prefix]))  # noqa: RUF071 - texts, not paths.
        return (len(window.prefix) - same + len(window.suffix)) / CHARS_PER_TOKEN

    def _session(self, number: int) -> str:
        return f"{self._uri}#{number}"


def _head(bundle: Bundle | None) -> str:
    return bundle.head if bundle else ""
