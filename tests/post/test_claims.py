"""What an explanation may say: only what is about names and lines that exist."""

from __future__ import annotations

import pytest

from pillion.post.claims import Claims, words_of


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("It calls `add`.", "It calls `add`."),
        ("It calls `gone`.", None),
        ("It calls `add`. Then `gone` runs.", "It calls `add`."),
        ("- It calls `gone()`. It ends.", "- It ends."),
        ("- Line 3 adds.", "- Line 3 adds."),
        ("- Line 9 adds.", None),
        ("Lines 2 to 9 add.", None),
        ("Lines 2 and 3 add.", "Lines 2 and 3 add."),
        ("Such as `a + b == 'gone'` here.", "Such as `a + b == 'gone'` here."),
        ("", ""),
        ("## Steps", "## Steps"),
        ("1. It uses `add(a, b)`.", "1. It uses `add(a, b)`."),
    ],
)
def test_a_line(line: str, kept: str | None) -> None:
    claims = Claims(words_of("def add(a, b): return a + b"), 1, 4)
    assert claims.kept(line) == kept
    assert bool(claims.left_out) == (kept != line)


def test_lines_are_checked_as_they_come() -> None:
    claims = Claims(words_of("add"), 1, 4)
    assert list(claims.feed("It `ad")) == []
    assert list(claims.feed("d`s.\nIt `go")) == ["It `add`s.\n"]
    assert list(claims.feed("ne`s.\nEnd")) == []
    assert list(claims.end()) == ["End"]
    assert claims.left_out == ["`gone`"]
