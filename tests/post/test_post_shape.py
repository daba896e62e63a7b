"""Where a suggestion may span lines."""

from __future__ import annotations

import pytest

from cursor import at_cursor
from pillion.post.shape import fresh_body, multiline_here
from pillion.syntax.locate import locate


@pytest.mark.parametrize(
    ("marked", "language"),
    [
        ("█", "python"),
        ("def f():\n    █\n", "python"),
        ("def f():█\n", "python"),
        ("def f(\n    a,\n) -> int:█\n", "python"),
        ("x = {█}\n", "python"),
        ("foo(█)\n", "python"),
        ("foo(\n    █)\n", "python"),
        ('def f():\n    """Do it.\n\n    █\n    """\n', "python"),
        ("function f() {█}\n", "javascript"),
        ("func f() {█\n", "go"),
        ("while x do█\n", "lua"),
    ],
)
def test_may_span_lines(marked: str, language: str) -> None:
    assert multiline_here(locate(*at_cursor(marked, language)))


@pytest.mark.parametrize(
    ("marked", "language"),
    [
        ("x = █\n", "python"),
        ("def f(a█, b):\n    pass\n", "python"),
        ("█x = 1\n", "python"),
        ("x: █\n", "python"),
        ("x = {'a':█}\n", "python"),
        ("f = lambda:█\n", "python"),
        ("# note:█\n", "python"),
        ("x = 'a (█'\n", "python"),
        ("/*\n * a\n █\n */\nint x;\n", "c"),
        ("case 1:█\n", "javascript"),
        ("foo();█\n", "javascript"),
    ],
)
def test_one_line_only(marked: str, language: str) -> None:
    assert not multiline_here(locate(*at_cursor(marked, language)))


@pytest.mark.parametrize(
    ("marked", "fresh"),
    [
        ("def f():\n    █\n\n\nx = 1\n", True),
        ("def f():█\n", True),
        ("def f():\n    █\n    return 1\n", False),
        ("def f():\n    x = 1\n    █\n", False),
    ],
)
def test_fresh_body(marked: str, *, fresh: bool) -> None:
    """A body is fresh when nothing stands in it yet."""
    assert fresh_body(locate(*at_cursor(marked))) is fresh
