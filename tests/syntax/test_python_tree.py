"""Python's own trees, of code that may be anything."""

from __future__ import annotations

import ast

import pytest

from pillion.syntax import python_tree


def test_what_parses_has_a_tree_without_a_warning() -> None:
    # Warnings are errors here: an odd escape is one.
    tree = python_tree.module("a = '\\d'\nb = a is 'x'\n")
    assert tree is not None
    assert len(tree.body) == 2
    assert isinstance(python_tree.expression("f(1)"), ast.Call)


@pytest.mark.parametrize("source", ["def f(:", "a\0b", "(" * 10_000, "  a\nb", "\ud800"])
def test_what_does_not_parse_has_none(source: str) -> None:
    assert python_tree.module(source) is None
    assert python_tree.expression(source) is None
