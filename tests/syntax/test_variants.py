"""Small changes of a function: the one that mends it is among them, and each is a function."""

from __future__ import annotations

import ast

import pytest

from pillion.syntax.variants import variants

CASES = {
    "comparison": ("def f(a):\n    return a < 3\n", "def f(a):\n    return a <= 3\n"),
    "off by one": ("def f(a):\n    return a[1]\n", "def f(a):\n    return a[0]\n"),
    "operator": ("def f(a, b):\n    return a + b\n", "def f(a, b):\n    return a - b\n"),
    "swapped operands": (
        "def f(a, b):\n    return g(a, b)\n",
        "def f(a, b):\n    return g(b, a)\n",
    ),
    "and or or": (
        "def f(a, b):\n    return a and b\n",
        "def f(a, b):\n    return a or b\n",
    ),
    "missing base case": (
        "def f(a):\n    '''Doc.'''\n    return a / a\n",
        "def f(a):\n    '''Doc.'''\n    if not a:\n        return 0\n    return a / a\n",
    ),
    "missing guard": (
        "def f(a):\n    if a.b == 1:\n        return 2\n",
        "def f(a):\n    if a is None or a.b == 1:\n        return 2\n",
    ),
    "call too many": ("def f(a):\n    return int(a)\n", "def f(a):\n    return a\n"),
    "statement too many": (
        "def f(a):\n    a = 1\n    return a\n",
        "def f(a):\n    pass\n    return a\n",
    ),
    "missing statement": (
        "def f(a):\n    b = []\n    for c in a:\n        c += 1\n    return b\n",
        "def f(a):\n    b = []\n    for c in a:\n        b.append(c)\n        c += 1\n    return b",
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_the_change_that_mends_it_is_there(kind: str) -> None:
    wrong, right = CASES[kind]
    found = {ast.dump(ast.parse(variant.text)): variant.kind for variant in variants(wrong)}
    assert found[ast.dump(ast.parse(right))] == kind


def test_each_variant_parses_is_new_and_names_its_line() -> None:
    text = 'def f(ä, b):\n    """Doc."""\n    while b < "ü":\n        b = b + ä[1:]\n    return b\n'
    found = variants(text)
    assert len(found) > 50
    assert len({variant.text for variant in found}) == len(found)
    for variant in found:
        ast.parse(variant.text)
        assert variant.text != text
        old, new = text.split("\n"), variant.text.split("\n")
        assert new[: variant.line] == old[: variant.line]
        assert 'def f(ä, b):\n    """Doc."""\n' in variant.text


@pytest.mark.parametrize("text", ["", "x = 1", "def f(:", "def f(): pass"])
def test_what_is_no_function_has_few_or_none(text: str) -> None:
    assert len(variants(text)) < 5
