"""The parts of a range that an explanation goes through."""

from __future__ import annotations

import pytest

from pillion.syntax.extent import extent
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse
from pillion.syntax.steps import MOST, steps
from pillion.text.snapshot import Snapshot

PYTHON = '''\
def f(a):
    """Say."""
    # Why.
    b = a
    if b:
        c = 1
        d = 2
    return b
'''
SCRIPT = "function f(a) {\n  const b = a;\n  if (b) {\n    c();\n  }\n  return b;\n}\n"


def found(text: str, language: str, at: str, length: int = 0) -> list[tuple[int, int]]:
    snapshot = Snapshot("file:///a", text, language=language)
    parsed = parse(text, language_of(language))
    start = text.index(at)
    place = extent(snapshot, parsed, start, start + length)
    return [(one.first, one.last) for one in steps(snapshot, parsed, place)]


@pytest.mark.parametrize(
    ("text", "language", "at", "length", "expected"),
    [
        (PYTHON, "python", "b = a", 0, [(3, 3), (4, 4), (5, 5), (6, 6), (7, 7)]),
        (PYTHON, "python", "b = a\n    if b", 12, [(3, 3), (4, 4), (5, 5), (6, 6)]),
        (SCRIPT, "javascript", "const", 0, [(1, 1), (2, 4), (5, 5)]),
        ("x = 1\n", "python", "x", 1, [(0, 0)]),
        ("some words\n", "plaintext", "some", 4, []),
    ],
)
def test_parts(
    text: str, language: str, at: str, length: int, expected: list[tuple[int, int]]
) -> None:
    assert found(text, language, at, length) == expected


def test_many_small_parts_are_joined() -> None:
    text = "def f():\n" + "".join(f"    x{n} = {n}\n" for n in range(30))
    parts = found(text, "python", "x5")
    assert len(parts) == MOST
    assert parts[0][0] == 1
    assert parts[-1][1] == 30


LONG = """\
def f(a):
    for b in a:
        if b > 1:
            c(b)
        elif b < 0:
            d(b)
        else:
            e(b)
    return a
"""
LONG_SCRIPT = """\
function f(a) {
  for (const b of a) {
    if (b > 1) {
      c(b);
    } else {
      d(b);
    }
    e(b);
  }
  return a;
}
"""


def test_long_parts_are_gone_into() -> None:
    assert found(LONG, "python", "for") == [(1, 1), (2, 3), (4, 5), (6, 7), (8, 8)]
    assert found(LONG_SCRIPT, "javascript", "for") == [(1, 1), (2, 3), (4, 6), (7, 7), (9, 9)]


def test_a_long_statement_without_parts_stays_one() -> None:
    text = "def f(a):\n    b(\n        1,\n        2,\n        3,\n    )\n    return a\n"
    assert found(text, "python", "return") == [(1, 5), (6, 6)]
