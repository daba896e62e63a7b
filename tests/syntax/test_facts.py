"""What is read off code without understanding it."""

from __future__ import annotations

import pytest

from pillion.syntax.facts import MOST, facts
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse

PYTHON = """\
def total(items, limit=3):
    def small(x):
        return x < 2
    if not items:
        return []
    elif limit == 0:
        raise ValueError("no limit")
    for i in range(2, limit + 1):
        if items[i] == "a" and small(i):
            limit -= 1
            return i, None
    while limit > 0:
        limit -= 1
    kept = [x for x in items if x % 2 == 1]
    kept.sort(key=lambda x: (-len(x), x), reverse=True)
    return limit * 3 if limit > 5 else None
"""
SCRIPT = """\
function f(a) {
  if (a > 2) {
    return null;
  } else if (a === 1) {
    throw new Error("one");
  }
  for (const x of a.items()) {
    b(x);
  }
  return true;
}
"""


def read(text: str, language: str, shown: str = "") -> list[tuple[int, str]]:
    found = facts(parse(text, language_of(language)), shown or text, 0, len(text))
    return [(text.count("\n", 0, fact.at) + 1, fact.text) for fact in found]


def test_python() -> None:
    assert read(PYTHON, "python") == [
        (4, "when `not items`, returns `[]`"),
        (6, 'when `limit == 0`, raises `ValueError("no limit")`'),
        (8, "`i` goes over `range(2, limit + 1)`"),
        (9, 'asks whether `items[i] == "a" and small(i)`'),
        (11, "returns `i, None`"),
        (12, "repeats while `limit > 0`"),
        (14, "only where `x % 2 == 1`"),
        (15, "compares by `(-len(x), x)`"),
        (15, "`reverse` is `True`"),
        (16, "asks whether `limit > 5`"),
    ]


def test_script() -> None:
    assert read(SCRIPT, "javascript") == [
        (2, "when `a > 2`, returns `null`"),
        (4, 'when `a === 1`, raises `new Error("one")`'),
        (7, "`x` goes over `a.items()`"),
        (10, "at the end, returns `true`"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "def f(a):\n    return a * 3 + 1\n",
        "def f(a):\n    b = a + 1\n    c = str(b)[::-1]\n    return c\n",
        "def f(a):\n    return sorted(set(a))\n",
        "def f(a):\n    return f'{a + 1}'\n",
    ],
)
def test_what_is_worked_out_is_not_quoted(text: str) -> None:
    assert read(text, "python") == []


def test_what_is_hidden_is_quoted_as_it_is_shown() -> None:
    text = "def f(a):\n    if a == 'abcdef':\n        return 1\n"
    assert read(text, "python", text.replace("abcdef", "******")) == [
        (2, "when `a == '******'`, returns `1`")
    ]


def test_a_function_inside_is_named() -> None:
    text = "def f(a):\n    def g(b):\n        if b:\n            return 1\n    return g(a)\n"
    assert read(text, "python") == [(3, "in `g`, when `b`, returns `1`")]


def test_what_a_branch_gives() -> None:
    text = """\
def f(a):
    grades = {"A": 3, "B": 2}
    if a > 3:
        a = -1
    elif a in grades:
        found.append("A+")
    else:
        return 0
    while a:
        break
"""
    assert read(text, "python") == [
        (2, '`grades` is `{"A": 3, "B": 2}`'),
        (3, "when `a > 3`, sets `a` to `-1`"),
        (5, 'when `a in grades`, calls `found.append` with `"A+"`'),
        (7, "otherwise, returns `0`"),
        (9, "repeats while `a`"),
    ]


def test_there_are_few() -> None:
    text = "def f(a):\n" + "".join(f"    if a > {n}:\n        return {n}\n" for n in range(40))
    assert len(read(text, "python")) == MOST


def test_quotes_are_exact() -> None:
    text = "def f(a):\n    if (a ==\n        'x  y'):\n        return -1, 'x  y'\n"
    assert read(text, "python") == [(2, "when `a == 'x  y'`, returns `-1, 'x  y'`")]


def test_deep_nesting() -> None:
    text = "a = " + "(" * 2000 + "1" + ")" * 2000 + "\nif a:\n    b()\n"
    assert read(text, "python") == [(2, "asks whether `a`")]


def test_text_without_a_tree() -> None:
    assert read("some words", "plaintext") == []


def test_what_stands_in_what() -> None:
    text = """\
def f(a):
    for b in a.items():
        if b > 1:
            if b in a:
                return a[b]
        elif b < 0:
            return 0
    return None
"""
    found = facts(parse(text, language_of("python")), text, 0, len(text))
    assert [(fact.depth, fact.text) for fact in found] == [
        (0, "`b` goes over `a.items()`"),
        (1, "asks whether `b > 1`"),
        (2, "when `b in a`, returns `a[b]`"),
        (1, "when `b < 0`, returns `0`"),
        (0, "at the end, returns `None`"),
    ]
