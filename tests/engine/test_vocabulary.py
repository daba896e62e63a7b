"""Which tokens may come next while healing: exactly those that fit the needed bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pillion.engine.vocabulary import Vocabulary

_BYTES = st.binary(max_size=4)


def test_tokens_that_continue_or_are_continued() -> None:
    pieces = [b"", b" ", b" s", b" self", b" selfish", b"self", b" sea", b"s"]
    allowed = Vocabulary(pieces).allowed(b" self")
    assert {pieces[i] for i in allowed} == {b" ", b" s", b" self", b" selfish"}


def test_the_same_bytes_may_belong_to_several_tokens() -> None:
    assert sorted(Vocabulary([b"a", b"a", b"ab", b"b"]).allowed(b"ab")) == [0, 1, 2]


@given(st.lists(_BYTES, max_size=40), st.binary(min_size=1, max_size=5))
def test_exact(pieces: list[bytes], needed: bytes) -> None:
    """The look-up finds what a plain scan finds, with any bytes, 0xFF included."""
    expected = [
        i for i, p in enumerate(pieces) if p and (p.startswith(needed) or needed.startswith(p))
    ]
    assert sorted(Vocabulary(pieces).allowed(needed)) == expected


def test_nothing_blank_comes_behind_what_is_needed() -> None:
    pieces = [b" ", b"  ", b" a", b" \n", b"   x", b"  a", b"a"]
    allowed = Vocabulary(pieces).allowed(b"  ", solid=True)
    assert {pieces[i] for i in allowed} == {b" ", b"  ", b"  a"}
    assert sorted(Vocabulary(pieces).blank) == [0, 1, 2, 3, 4, 5]


@given(st.lists(_BYTES, max_size=40), st.binary(min_size=1, max_size=5))
def test_solid_is_exact_too(pieces: list[bytes], needed: bytes) -> None:
    expected = [
        i
        for i, p in enumerate(pieces)
        if p and (p.startswith(needed) or needed.startswith(p))
        if not p[len(needed) :][:1].isspace()
    ]
    assert sorted(Vocabulary(pieces).allowed(needed, solid=True)) == expected
