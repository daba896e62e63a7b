"""Between the editor's positions and code points, and suggestions as inline items."""

from __future__ import annotations

import pytest
from lsprotocol import types

from pillion.assist.outcome import Suggestion
from pillion.lsp.convert import to_changes, to_encoding, to_inline_list, to_offset, to_range
from pillion.text.positions import Encoding
from pillion.text.snapshot import Snapshot

CRAB = Snapshot("u", "a\r\n🦀é)")


@pytest.mark.parametrize(
    ("encoding", "column"), [(Encoding.UTF8, 6), (Encoding.UTF16, 3), (Encoding.UTF32, 2)]
)
def test_columns_are_counted_in_the_agreed_unit(encoding: Encoding, column: int) -> None:
    assert to_offset(CRAB, types.Position(1, column), encoding) == 5
    assert to_range(CRAB, 3, 5, encoding) == types.Range(
        types.Position(1, 0), types.Position(1, column)
    )


def test_utf_16_is_the_default() -> None:
    assert to_encoding(None) is Encoding.UTF16
    assert to_encoding(types.PositionEncodingKind.Utf8) is Encoding.UTF8


def test_changes_with_and_without_a_range() -> None:
    zero = types.Position(0, 0)
    partial, whole = to_changes(
        [
            types.TextDocumentContentChangePartial(types.Range(zero, zero), "a"),
            types.TextDocumentContentChangeWholeDocument("b"),
        ]
    )
    assert (partial.text, partial.start, partial.end) == ("a", (0, 0), (0, 0))
    assert (whole.text, whole.start, whole.end) == ("b", None, None)


@pytest.mark.parametrize(
    ("text", "end", "filter_text"),
    [("x", 5, None), ("x)", 6, None), ("(x))", 6, None), ("x", 6, "x)")],
)
def test_an_item_matches_what_it_replaces(text: str, end: int, filter_text: str | None) -> None:
    """The replaced `)` must be found in the filter text, or the editor hides the item."""
    (item,) = to_inline_list(CRAB, [Suggestion(text, 5, end)], Encoding.UTF16).items
    assert item.insert_text == text
    assert item.filter_text == filter_text
    assert item.range == to_range(CRAB, 5, end, Encoding.UTF16)
