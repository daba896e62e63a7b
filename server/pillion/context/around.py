"""What the editor knows besides the documents: recent changes, diagnostics, the clipboard.

Each of these helps only where it is about the same things as the code around the cursor, so each
must share words with it. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.context.index.words import words
from pillion.context.snippet import Snippet, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.context.editor import EditorState
    from pillion.context.nearby import Nearby
    from pillion.context.view import View

_MOST_EDITS = 3
_MOST_LINES = 16
"""Longer pieces are cut at their end."""

_LEAST_SHARED = 0.15
"""Share of the weight of nearby words that a piece must have in common with them."""

_NEAR_LINES = 3
_MOST_DIAGNOSTICS = 2

_AGING = 0.85
"""What is left of an edit's score for each newer one."""


def around(
    view: View, near: Nearby, editor: EditorState, path_of: Callable[[str], str]
) -> list[Snippet]:
    """Return candidates; `path_of` gives the path in the workspace of a URI."""
    return [
        *_edits(view, near, editor, path_of),
        *_diagnostics(view, editor),
        *_clipboard(near, editor),
    ]


def _edits(
    view: View, near: Nearby, editor: EditorState, path_of: Callable[[str], str]
) -> list[Snippet]:
    found: list[Snippet] = []
    for age, edit in enumerate(editor.recent_edits):
        text, lines = _first_lines(edit.after)
        shared = _shared(text, near)
        path = path_of(edit.uri)
        if shared < _LEAST_SHARED or view.sees(path, edit.line, edit.line + lines - 1):
            continue
        score = (0.5 + shared) * _AGING**age
        last = edit.line + lines - 1
        why = "you changed this just now"
        found.append(Snippet(Source.EDIT, path, edit.line, last, text, score, why))
        if len(found) == _MOST_EDITS:
            break
    return found


def _diagnostics(view: View, editor: EditorState) -> list[Snippet]:
    here = view.site.snapshot.lines.at(view.site.offset)
    close = [
        item
        for item in editor.diagnostics
        if item.severity in {"error", "warning"}
        and item.first - _NEAR_LINES <= here <= item.last + _NEAR_LINES
    ]
    return [
        Snippet(
            Source.DIAGNOSTIC,
            "",
            item.first,
            item.last,
            f"{item.severity}: {' '.join(item.message.split())[:200]}",
            1.0,
            f"{item.source or 'the editor'} says it of line {item.first + 1}",
        )
        for item in close[:_MOST_DIAGNOSTICS]
    ]


def _clipboard(near: Nearby, editor: EditorState) -> list[Snippet]:
    text, lines = _first_lines(editor.clipboard)
    shared = _shared(text, near)
    if shared < _LEAST_SHARED:
        return []
    why = "it is in the clipboard"
    return [Snippet(Source.CLIPBOARD, "", 0, lines - 1, text, 0.5 + shared, why)]


def _first_lines(text: str) -> tuple[str, int]:
    lines = text.splitlines()[:_MOST_LINES]
    return "\n".join(lines).rstrip(), max(1, len(lines))


def _shared(text: str, near: Nearby) -> float:
    """Return the share of the weight of the words near the cursor that `text` has, too."""
    whole = sum(near.words.values())
    return sum(near.words.get(word, 0.0) for word in set(words(text))) / whole if whole else 0.0
