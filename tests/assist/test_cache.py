"""Typing what is shown needs no model; typing anything else does."""

from __future__ import annotations

import pytest

from cursor import at_cursor
from pillion.assist.cache import Cache
from pillion.assist.outcome import Suggestion


def found(shown: str, text: str, now: str, swallow: int = 0) -> str | None:
    """Remember `text` at the cursor of `shown`; return what is found at the cursor of `now`."""
    cache = Cache()
    snapshot, offset = at_cursor(shown)
    cache.keep(snapshot, Suggestion(text, offset, offset + swallow))
    snapshot, offset = at_cursor(now)
    left = cache.find(snapshot, offset)
    assert left is None or (left.start == offset and left.end == offset + swallow)
    return left.text if left else None


@pytest.mark.parametrize(
    ("shown", "text", "now", "left"),
    [
        ("a = █\n", "foo(1)", "a = █\n", "foo(1)"),
        ("a = █\n", "foo(1)", "a = fo█\n", "o(1)"),
        ("a = █\n", "foo(1)", "a = foo(1)█\n", None),
        ("a = █\n", "foo(1)", "a = fa█\n", None),
        ("a = █\n", "foo(1)", "b = fo█\n", None),
        ("a = █\n", "foo(1)", "a = fo█\nx", None),
        ("a = █\n", "foo(1)", "a =█\n", None),
        ("x = [\n█]", "    1,\n    2,\n", "x = [\n    1,\n█]", "    2,\n"),
    ],
)
def test_what_is_left(shown: str, text: str, now: str, left: str | None) -> None:
    assert found(shown, text, now) == left


def test_swallowed_closers_stay_swallowed() -> None:
    assert found("f(█)\n", "a, b)", "f(a█)\n", swallow=1) == ", b)"


def test_a_closed_document_is_forgotten() -> None:
    cache = Cache()
    snapshot, offset = at_cursor("a = █\n")
    cache.keep(snapshot, Suggestion("1", offset, offset))
    cache.forget(snapshot.uri)
    assert cache.find(snapshot, offset) is None
