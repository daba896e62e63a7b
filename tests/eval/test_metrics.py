"""The figures that evaluations report."""

from __future__ import annotations

import pytest

from pillion.eval.metrics import exact, finishes_word, kept_prefix, wilson


@pytest.mark.parametrize(
    ("truth", "got", "kept"),
    [
        ("foo(bar)", "foo(bar)", 1.0),
        ("foo(bar)", "foo(baz)", 0.5),
        ("foo(bar)", "fob", 0.0),
        ("foo", "foobar", 0.0),
        ("foo()", "foo() + 1", 1.0),
        ("return x", "return x  ", 1.0),
        ("return x", "", 0.0),
        ("", "", 1.0),
        ("", "x", 0.0),
    ],
)
def test_kept_prefix(truth: str, got: str, kept: float) -> None:
    assert kept_prefix(truth, got) == kept


def test_exact_ignores_blanks_at_the_ends() -> None:
    assert exact(" x = 1", "x = 1 ")
    assert not exact("x = 1", "x = 10")


def test_wilson_interval_from_the_literature() -> None:
    """10 of 100: 5.5 % to 17.4 % (Newcombe, 1998, and any statistics package)."""
    share, low, high = wilson(10, 100)
    assert share == 0.1
    assert (round(low, 3), round(high, 3)) == (0.055, 0.174)
    assert wilson(0, 0) == (0.0, 0.0, 1.0)


def test_a_word_is_finished_only_as_a_whole() -> None:
    assert finishes_word("lf.items", "lf.other")
    assert not finishes_word("lf.items", "lfish.items")
    assert not finishes_word("lf.items", "l")
    assert not finishes_word("lf", "")
