"""Identifiers as words."""

from __future__ import annotations

import pytest

from pillion.context.index.words import terms, words


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("getUserName", ["get", "user", "name", "getusername"]),
        ("get_user_name", ["get", "user", "name", "getusername"]),
        ("HTTPServer2", ["http", "server", "httpserver2"]),
        ("MAX_LINES", ["max", "lines", "maxlines"]),
        ("x = y1", ["x", "y1"]),
        ("__init__", ["init"]),
        ("снег_и_лёд", ["снег", "лёд", "снегилёд"]),
        ("雪だるま", ["雪だるま"]),
        ("1 + 2.0 == '!'", []),
        ("a" * 61, []),
    ],
)
def test_words_of_identifiers(code: str, expected: list[str]) -> None:
    assert list(words(code)) == expected


def test_terms_are_the_different_words() -> None:
    assert terms("add(item) or add(itemPrice)") == ("add", "item", "or", "price", "itemprice")
