"""Two texts say the same if their trees have the same leaves."""

from __future__ import annotations

import pytest

from pillion.syntax.alike import said
from pillion.syntax.languages import language_of


def check(one: str, other: str, language: str, *, same: bool) -> None:
    """Compare two whole texts."""
    first, second = (said(text, language_of(language), 0, len(text)) for text in (one, other))
    assert (first == second) is same


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("f(a, b)", "f( a,b )", "python"),
        ("x = f(\n    a\n)", "x = f(a)", "python"),
        ("x = 1  # one", "x = 1", "python"),
        ("const x = 1;", "const x = 1", "javascript"),
        ("f(a);  // call", "f(a)", "typescript"),
        ("a  b\nc", "a b c", "plaintext"),
    ],
)
def test_the_same(one: str, other: str, language: str) -> None:
    check(one, other, language, same=True)


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("f(a)", "f(b)", "python"),
        ("f(a)", "g(a)", "python"),
        ("x = 'a b'", "x = 'ab'", "python"),
        ("return", "return None", "python"),
        ("a b", "ab", "plaintext"),
    ],
)
def test_another(one: str, other: str, language: str) -> None:
    check(one, other, language, same=False)


def test_only_the_stretch_counts() -> None:
    python = language_of("python")
    assert said("x = foo(a)", python, 4, 7) == ("foo",)
    assert said("x = foo(a)", python, 5, 9) == ("foo", "(", "a")
