"""Between the protocol's values and Pillion's: positions, ranges, changes, suggestions.

Columns in the editor's encoding exist only in this file; everything behind it counts code points.
Nothing here raises for a position that does not exist (see `pillion.text.positions`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from pillion.lsp.batch import Change
from pillion.text.positions import Encoding, Position, offset_at, position_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.outcome import Suggestion
    from pillion.text.snapshot import Snapshot


def to_encoding(name: str | None) -> Encoding:
    """Return the encoding called `name`; UTF-16 is what the protocol means by default."""
    return Encoding(name) if name else Encoding.UTF16


def to_offset(snapshot: Snapshot, position: types.Position, encoding: Encoding) -> int:
    """Return the code-point offset of an editor's position."""
    return offset_at(snapshot, Position(position.line, position.character), encoding)


def to_range(snapshot: Snapshot, start: int, end: int, encoding: Encoding) -> types.Range:
    """Return the editor's range for two code-point offsets."""
    return types.Range(
        types.Position(*position_at(snapshot, start, encoding)),
        types.Position(*position_at(snapshot, end, encoding)),
    )


def to_changes(
    events: Sequence[types.TextDocumentContentChangeEvent],
) -> tuple[Change, ...]:
    """Return an editor's changes as plain values, in the order they are to be made."""
    return tuple(
        Change(
            event.text,
            Position(event.range.start.line, event.range.start.character),
            Position(event.range.end.line, event.range.end.character),
        )
        if isinstance(event, types.TextDocumentContentChangePartial)
        else Change(event.text)
        for event in events
    )


def to_inline_list(
    snapshot: Snapshot, suggestions: Sequence[Suggestion], encoding: Encoding
) -> types.InlineCompletionList:
    """Return the protocol's list of `suggestions`."""
    items = [_inline_item(snapshot, one, encoding) for one in suggestions]
    return types.InlineCompletionList(items=items)


def _inline_item(
    snapshot: Snapshot, suggestion: Suggestion, encoding: Encoding
) -> types.InlineCompletionItem:
    replaced = snapshot.text[suggestion.start : suggestion.end]
    return types.InlineCompletionItem(
        insert_text=suggestion.text,
        range=to_range(snapshot, suggestion.start, suggestion.end, encoding),
        # Editors show an item only while the text it replaces is found in its filter text, in
        # order; the suggestion comes first so that what the user types on still matches.
        filter_text=None if _in_order(replaced, suggestion.text) else suggestion.text + replaced,
    )


def _in_order(needle: str, haystack: str) -> bool:
    rest = iter(haystack)
    return all(char in rest for char in needle)
