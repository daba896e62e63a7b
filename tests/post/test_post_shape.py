"""Where a suggestion may span lines."""

from __future__ import annotations

import pytest

from cursor import at_cursor
from pillion.post.shape import fresh_body, multiline_here, solid_here
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


@pytest.mark.parametrize(
    ("marked", "language"),
    [
        ("def f():\n    █\n", "python"),
        ("def f():\n    x = 1\n    █\n    return x\n", "python"),
        ("if x:\n    y = 1\n\n    █\n", "python"),
        ("class A:\n    def f(self):\n        x = 1\n    █\n", "python"),
        ("func f() {\n\tx()\n\t█\n}\n", "go"),
        ("function f() {\n    █\n}\n", "javascript"),
    ],
)
def test_behind_its_indentation_a_statement_begins_at_once(marked: str, language: str) -> None:
    assert solid_here(locate(*at_cursor(marked, language)))


@pytest.mark.parametrize(
    ("marked", "language"),
    [
        ("def f():\n█\n", "python"),
        ("class A:\n    def f(self):\n    █\n", "python"),
        ("x = f(a,\n    █)\n", "python"),
        ('def f():\n    """Do it.\n\n    █\n    """\n', "python"),
        ("def f():\n    return█\n", "python"),
        ("/*\n  a\n  █\n*/\nint x;\n", "c"),
    ],
)
def test_elsewhere_blanks_may_come_first(marked: str, language: str) -> None:
    assert not solid_here(locate(*at_cursor(marked, language)))
