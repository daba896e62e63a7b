"""The examples in docstrings, as checks that can be run."""

from __future__ import annotations

import ast
import doctest
from typing import TYPE_CHECKING

from pillion.sandbox.trial import Check
from pillion.syntax import python_tree

if TYPE_CHECKING:
    from pillion.assist.repair import Function

_Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module


def examples(function: Function) -> tuple[Check, ...]:
    """Return the examples in a function's docstring, and what is said of it elsewhere."""
    try:
        node = ast.parse(function.text).body[0]
    except (SyntaxError, ValueError, IndexError, RecursionError):
        return ()
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ()
    found: list[Check] = []
    for text in (ast.get_docstring(node) or "", function.about):
        found += _examples(text)
    return tuple(found)


def examples_in(source: str) -> tuple[Check, ...]:
    """Return the examples in all docstrings of a module, in their order."""
    tree = python_tree.module(source)
    if tree is None:
        return ()
    docs = [ast.get_docstring(one) for one in ast.walk(tree) if isinstance(one, _Documented)]
    return tuple(check for doc in docs if doc for check in _examples(doc))


def _examples(doc: str) -> list[Check]:
    try:
        parsed = doctest.DocTestParser().get_examples(doc)
    except ValueError:
        return []
    before: list[str] = []
    found = []
    for number, example in enumerate(parsed, 1):
        source, want = example.source.strip(), example.want.strip()
        if not want or "Traceback" in want or "..." in want:
            before.append(source)
            continue
        code = "\n".join([*before, f"assert {source} == {want}"])
        if not _is_literal(want):
            code = "\n".join([*before, f"assert repr({source}) == {want!r}"])
        try:
            ast.parse(code)
        except SyntaxError:
            continue
        found.append(Check(f"example {number}", code))
    return found


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
