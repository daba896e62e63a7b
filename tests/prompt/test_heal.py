"""The typed text is taken back to where a token may begin, and nothing is lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillion.prompt.heal import split


@pytest.mark.parametrize(
    ("typed", "whole", "unfinished", "last_token"),
    [
        ("", "", "", False),
        ("    return sel", "    return", " sel", False),
        ("self.app", "self", ".app", False),
        ("foo", "", "foo", False),
        ("    foo", "   ", " foo", False),
        ("\tfoo", "", "\tfoo", False),
        ("x = ", "x =", " ", False),
        ("        ", "", "        ", False),
        ("x = f(", "x = f(", "", True),
        ("x = f()\n", "x = f()\n", "", True),
        ("a\nfoo", "a\n", "foo", False),
        ("größe", "", "größe", False),
        ("x = 変数", "x =", " 変数", False),
    ],
)
def test_split(typed: str, whole: str, unfinished: str, last_token: bool) -> None:
    assert split(typed) == (whole, unfinished, last_token)


@pytest.mark.parametrize(
    ("typed", "whole", "unfinished"),
    [
        ("if x:\n        ", "if x:\n       ", " "),
        ("\t\t", "\t", "\t"),
        ("    foo", "   ", " foo"),
        ("x = 1\n", "x = 1\n", ""),
    ],
)
def test_where_no_blank_may_come_one_is_taken_back(typed: str, whole: str, unfinished: str) -> None:
    assert split(typed, solid=True)[:2] == (whole, unfinished)


@given(st.text(), st.booleans())
def test_nothing_is_lost(typed: str, solid: bool) -> None:
    healed = split(typed, solid=solid)
    assert healed.whole + healed.unfinished == typed
    assert not (healed.unfinished and healed.last_token)
