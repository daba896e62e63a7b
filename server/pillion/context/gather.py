"""Which code from elsewhere the model should see at a cursor: all sources, ranked.

    view, editor, index -> nearby -> around, similar, definitions, members -> ranked snippets

Every source is optional: one that fails is left out with a line in the log, and when the time is
up the rest are. They run one after the other, the most useful first: all of them compute, so
that threads would only take turns. Reads the index, never the model.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.context.around import around
from pillion.context.definitions import definitions
from pillion.context.editor import NO_EDITOR
from pillion.context.members import members
from pillion.context.nearby import nearby
from pillion.context.rank import ranked
from pillion.context.redact import redact
from pillion.context.similar import similar
from pillion.syntax.languages import language_for_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.context.editor import EditorState
    from pillion.context.index.index import Index
    from pillion.context.snippet import Snippet
    from pillion.context.view import View

_log = logging.getLogger(__name__)

SECONDS = 0.1
"""Time for all sources; they take 5 to 25 ms on a large workspace (docs/performance.md)."""


def gather(
    view: View,
    index: Index | None,
    editor: EditorState = NO_EDITOR,
    path_of: Callable[[str], str] = str,
    *,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.perf_counter,
) -> list[Snippet]:
    """Return what may help, in the order in which it should get room; secrets are hidden.

    What has not been found after `seconds` is left out. `path_of` gives the path in the workspace
    of a URI.
    """
    deadline = clock() + seconds
    near = nearby(view.site)
    sources: list[tuple[str, Callable[[], list[Snippet]]]] = [
        ("around", lambda: around(view, near, editor, path_of))
    ]
    if index is not None:
        sources += [
            ("similar", lambda: similar(view, near, index)),
            ("definitions", lambda: definitions(view, near, index)),
            ("members", lambda: members(view, near, index)),
        ]
    found: list[Snippet] = []
    for name, source in sources:
        if clock() > deadline:
            _log.debug("No time for the context source %s.", name)
            continue
        try:
            found += source()
        except Exception as error:  # noqa: BLE001 - context is optional, whatever breaks.
            _log.debug("Context source %s: %s.", name, type(error).__name__)
    return [_redacted(one) for one in ranked(found, view)]


def _redacted(one: Snippet) -> Snippet:
    return replace(one, text=redact(one.text, language_for_path(one.path) if one.path else ""))
