"""Which code from elsewhere the model should see at a cursor: all sources, ranked.

    place, index -> nearby -> similar, definitions, members, ... -> ranked snippets

Every source is optional: one that fails is left out with a line in the log, and when the time is
up the rest are. They run one after the other, the most useful first: all of them compute, so
that threads would only take turns. Reads the index, never the model.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from pillion.context.definitions import definitions
from pillion.context.members import members
from pillion.context.nearby import nearby
from pillion.context.rank import ranked
from pillion.context.similar import similar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.context.index.index import Index
    from pillion.context.nearby import Nearby
    from pillion.context.place import Place
    from pillion.context.snippet import Snippet

_log = logging.getLogger(__name__)

SECONDS = 0.1
"""Time for all sources; they take 5 to 25 ms on a large workspace (docs/performance.md)."""

_Source = Callable[["Place", "Nearby", "Index"], "list[Snippet]"]

_SOURCES: tuple[tuple[str, _Source], ...] = (
    ("similar", similar),
    ("definitions", definitions),
    ("members", members),
)


def gather(
    place: Place,
    index: Index,
    extra: Sequence[Snippet] = (),
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Snippet]:
    """Return what may help at a place, in the order in which it should get room.

    `extra` are candidates that were found without the index.
    """
    deadline = clock() + SECONDS
    near = nearby(place.site)
    found = list(extra)
    for name, source in _SOURCES:
        if clock() > deadline:
            _log.debug("No time for the context source %s.", name)
            continue
        try:
            found += source(place, near, index)
        except Exception as error:  # noqa: BLE001 - context is optional, whatever breaks.
            _log.debug("Context source %s: %s.", name, type(error).__name__)
    return ranked(found, place)
