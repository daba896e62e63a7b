"""Texts that end an output."""

from __future__ import annotations

import pytest

from pillion.engine.stops import Stops


def check(text: str, stops: tuple[str, ...], expected: str) -> None:
    """However the text is cut into pieces, the same is left of it."""
    for size in range(1, len(text) + 1):
        found, stopped, watch = "", False, Stops(stops)
        for at in range(0, len(text), size):
            sure, stopped = watch.feed(text[at : at + size])
            found += sure
            if stopped:
                break
        assert not stopped or watch.rest() == "", "nothing comes behind a stop"
        assert found + watch.rest() == expected
        assert stopped == (expected != text)


@pytest.mark.parametrize(
    ("text", "stops", "expected"),
    [
        ("one\n\ntwo\n\n", ("\n\n",), "one"),
        ("```py\na\n```\nb", ("\n```",), "```py\na"),
        ("aaab", ("aab",), "a"),
        ("abcabd", ("abd",), "abc"),
        ("abcd", ("bcd", "c"), "ab"),
        ("abcd", ("cd", "bcd"), "a"),
        ("abc", ("abcd", "x"), "abc"),
        ("abc", ("", "z"), "abc"),
        ("abc", (), "abc"),
        ("über ß", ("ß",), "über "),
    ],
)
def test_the_output_ends_before_the_first_stop(
    text: str, stops: tuple[str, ...], expected: str
) -> None:
    check(text, stops, expected)


def test_only_what_may_begin_a_stop_is_held_back() -> None:
    watch = Stops(("\n\n", "END"))
    assert watch.feed("a\n") == ("a", False)
    assert watch.feed("b E") == ("\nb ", False)
    assert watch.feed("N") == ("", False)
    assert watch.rest() == "EN"
