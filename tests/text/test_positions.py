"""Positions in all three encodings, with whatever an editor may send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillion.text.positions import Encoding, Position, offset_at, position_at
from pillion.text.snapshot import Snapshot

# Everything Python can hold, lone surrogates included, with line endings and astral characters
# drawn more often than chance would.
TEXTS = st.text(
    st.one_of(st.characters(), st.sampled_from("\r\n\té😀\ud83d\ude00\u2028ab")), max_size=40
)


def check(text: str, offset: int, columns: tuple[int, int, int], line: int = 0) -> None:
    snapshot = Snapshot("file:///x", text)
    for encoding, column in zip(Encoding, columns, strict=True):
        position = Position(line, column)
        assert position_at(snapshot, offset, encoding) == position
        assert offset_at(snapshot, position, encoding) == offset


@pytest.mark.parametrize(
    ("text", "offset", "columns"),
    [
        ("abc", 2, (2, 2, 2)),
        ("é = 1", 1, (2, 1, 1)),
        ("😀 = 1", 1, (4, 2, 1)),
        ("a😀b", 3, (6, 4, 3)),
        ("\ud83dx", 1, (3, 1, 1)),
        ("漢字", 2, (6, 2, 2)),
        ("\tx", 1, (1, 1, 1)),
    ],
)
def test_columns_count_units_of_the_encoding(
    text: str, offset: int, columns: tuple[int, int, int]
) -> None:
    check(text, offset, columns)


def test_lines_end_at_lf_crlf_and_cr_only() -> None:
    check("a\r\nb\rc\nd\u2028e", 9, (4, 2, 2), line=3)


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_position_outside_the_text_is_moved_into_it(encoding: Encoding) -> None:
    snapshot = Snapshot("file:///x", "é\n😀")
    assert offset_at(snapshot, Position(0, 99), encoding) == 1
    assert offset_at(snapshot, Position(99, 0), encoding) == 3
    assert offset_at(snapshot, Position(-1, 5), encoding) == 0
    assert offset_at(snapshot, Position(1, -5), encoding) == 2
    assert position_at(snapshot, 99, encoding) == position_at(snapshot, 3, encoding)
    assert position_at(snapshot, -1, encoding) == Position(0, 0)


def test_a_position_inside_a_character_is_its_start() -> None:
    snapshot = Snapshot("file:///x", "a😀b")
    assert offset_at(snapshot, Position(0, 2), Encoding.UTF16) == 1
    assert [offset_at(snapshot, Position(0, n), Encoding.UTF8) for n in (2, 3, 4)] == [1, 1, 1]


@given(TEXTS, st.sampled_from(Encoding), st.data())
def test_every_offset_comes_back(text: str, encoding: Encoding, data: st.DataObject) -> None:
    snapshot = Snapshot("file:///x", text)
    number = data.draw(st.integers(0, len(snapshot.lines) - 1))
    offset = data.draw(
        st.integers(snapshot.lines.starts[number], snapshot.lines.ends[number]), "offset"
    )
    position = position_at(snapshot, offset, encoding)
    assert position.line == number
    assert offset_at(snapshot, position, encoding) == offset


@given(TEXTS)
def test_columns_agree_with_the_codecs(text: str) -> None:
    line = text.replace("\r", "").replace("\n", "")
    snapshot = Snapshot("file:///x", line)
    for offset in range(len(line) + 1):
        before = line[:offset]
        utf16 = sum(len(char.encode("utf-16-le", "surrogatepass")) // 2 for char in before)
        utf8 = sum(len(char.encode("utf-8", "surrogatepass")) for char in before)
        assert position_at(snapshot, offset, Encoding.UTF16).column == utf16
        assert position_at(snapshot, offset, Encoding.UTF8).column == utf8


@given(TEXTS, st.integers(-5, 50), st.integers(-5, 200), st.sampled_from(Encoding))
def test_no_position_raises(text: str, line: int, column: int, encoding: Encoding) -> None:
    offset = offset_at(Snapshot("file:///x", text), Position(line, column), encoding)
    assert 0 <= offset <= len(text)
