"""UTF-8 offsets agree with the codec, for any text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pillion.text.utf8 import ByteOffsets, clean


def test_a_lone_surrogate_becomes_one_replacement_character() -> None:
    assert clean("a\ud83db") == "a�b"
    assert clean("plain") == "plain"


@given(st.text(max_size=30))
def test_offsets_round_trip(text: str) -> None:
    offsets = ByteOffsets(text)
    for offset in range(len(text) + 1):
        byte = len(clean(text)[:offset].encode())
        assert offsets.to_byte(offset) == byte
        assert offsets.to_char(byte) == offset


def test_a_byte_inside_a_character_is_its_start() -> None:
    offsets = ByteOffsets("a😀b")
    assert [offsets.to_char(byte) for byte in range(7)] == [0, 1, 1, 1, 1, 2, 3]


def test_offsets_hold_across_the_places_that_are_kept() -> None:
    text = "é" + "x😀" * 1_000
    offsets = ByteOffsets(text)
    for offset in range(len(text) + 1):
        byte = len(text[:offset].encode())
        assert offsets.to_byte(offset) == byte
        assert offsets.to_char(byte) == offset
        assert byte in (0, len(offsets.data)) or offsets.to_char(byte - 1) == offset - 1


def test_offsets_outside_the_text_stay_in_it() -> None:
    offsets = ByteOffsets("é")
    assert offsets.to_byte(9) == 2
    assert offsets.to_byte(-1) == 0
    assert offsets.to_char(9) == 1
    assert offsets.to_char(-1) == 0
