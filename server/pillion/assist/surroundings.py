"""Code from elsewhere for a document: gathered now and then, cut to the budget, then kept.

What stands in front of the window must not change while somebody types, or the model would read
everything behind it again. So it is gathered anew only where the cursor has moved away from the
place it was gathered for.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

from pillion.context.gather import SECONDS, gather
from pillion.context.rank import fit
from pillion.context.view import view_of
from pillion.prompt.fim import body, heading

if TYPE_CHECKING:
    from pillion.assist.contract import Plan
    from pillion.context.editor import EditorState
    from pillion.context.index.workspace import Place
    from pillion.context.snippet import Snippet
    from pillion.context.window import Window
    from pillion.engine.base import Engine
    from pillion.syntax.site import Site

NEAR_LINES = 15
"""Lines that the cursor may move before other code is looked for."""

_FRAME_TOKENS = 12
"""What naming a file costs at most, for each snippet."""

_TYPED_TOKENS = 48
"""Room that is left for what is being typed behind the middle token."""


class Workspaces(Protocol):
    """Finds the index that knows a document; see `pillion.context.index.workspace`."""

    def find(self, uri: str) -> Place | None:
        """Return the index and the document's path in it; None outside of all workspaces."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Code from elsewhere, as it stands in front of a window."""

    snippets: tuple[Snippet, ...]
    head: str
    line: int
    """The cursor's line when it was gathered."""
    considered: tuple[tuple[Snippet, int], ...] = ()
    """All that was found, best first, with the tokens that each takes."""

    def suits(self, site: Site) -> bool:
        """Tell whether the cursor is still where this was gathered for."""
        return abs(site.snapshot.lines.at(site.offset) - self.line) <= NEAR_LINES


async def bundle_for(
    site: Site,
    window: Window,
    plan: Plan,
    workspaces: Workspaces,
    engine: Engine,
    *,
    editor: EditorState,
    seconds: float = SECONDS,
) -> Bundle:
    """Gather what may help at `site` within `seconds`, and cut it to the room that `plan` leaves.

    Never raises for a missing or broken index: then nothing is found.
    """
    line = site.snapshot.lines.at(site.offset)
    found = workspaces.find(site.snapshot.uri)
    path = found.path if found else _name(site.snapshot.uri)

    def path_of(uri: str) -> str:
        known = workspaces.find(uri)
        return known.path if known else _name(uri)

    view = view_of(site, path, window)
    index = found.index if found else None
    snippets = await asyncio.to_thread(gather, view, index, editor, path_of, seconds=seconds)
    comment = site.language.line_comment
    texts = [body(one, comment) for one in snippets]
    before, after, *sizes = await engine.count([window.prefix, window.suffix, *texts])
    room = plan.prompt_tokens - _window_tokens(site, window, plan, before + after) - _TYPED_TOKENS
    sizes = [size + _FRAME_TOKENS for size in sizes]
    chosen = fit(snippets, sizes, room)
    considered = tuple(zip(snippets, sizes, strict=True))
    return Bundle(chosen, heading(chosen, path, comment), line, considered)


def _name(uri: str) -> str:
    """Return the last part of an address, for a document outside of all workspaces."""
    return unquote(uri.rpartition("/")[2])


def _window_tokens(site: Site, window: Window, plan: Plan, tokens: int) -> int:
    """Return the tokens that the window may come to have: it grows while somebody types."""
    now = len(window.prefix) + len(window.suffix)
    most = min(plan.full.before + plan.full.after, len(site.snapshot.text))
    return tokens + int(max(0, most - now) * tokens / max(1, now))
