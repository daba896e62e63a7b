"""Bytes to message bodies, however they are cut and whatever is between them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pillion.lsp.transport import Deframer


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@given(st.lists(st.binary(max_size=30), max_size=5), st.lists(st.integers(1, 9), max_size=60))
def test_any_cut_gives_the_same_bodies(bodies: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(framed, bodies))
    deframer, found = Deframer(), []
    for cut in [*cuts, len(stream)]:
        found += deframer.feed(stream[:cut])
        stream = stream[cut:]
    assert found == bodies


def check(stream: bytes, *expected: bytes) -> None:
    assert Deframer().feed(stream) == list(expected)


def test_other_headers_and_other_spelling() -> None:
    check(b"Content-Type: x\r\ncontent-LENGTH:2\r\n\r\n{}", b"{}")
    check(b"Content-Length: 2\r\nContent-Type: x; charset=utf-8\r\n\r\n{}", b"{}")


def test_damage_is_skipped_up_to_the_next_header() -> None:
    check(b"Content-Length: x\r\n\r\n" + framed(b"{}"), b"{}")
    check(b"Content-Length: -1\r\n\r\n" + framed(b"{}"), b"{}")
    check(b"Content-Length: 99999999999\r\n\r\n" + framed(b"{}"), b"{}")
    check(b"garbage without an end" + framed(b"{}"), b"{}")
    check(b"\r\n\r\n\r\n\r\n" + framed(b"{}"), b"{}")


def test_a_header_that_never_ends_does_not_fill_the_memory() -> None:
    deframer = Deframer()
    for _ in range(100):
        assert deframer.feed(b"x" * 10_000) == []
    assert deframer.feed(b"\r\n\r\n" + framed(b"{}")) == [b"{}"]
    assert len(deframer._buffer) < 100_000
