"""Python's own trees of code that may be anything: no warning, no error.

The compiler warns of odd escapes and comparisons, which are their author's business.
"""

from __future__ import annotations

import ast
import warnings


def module(source: str) -> ast.Module | None:
    """Return the tree of a module; None for what does not parse."""
    tree = _parsed(source, "exec")
    return tree if isinstance(tree, ast.Module) else None


def expression(source: str) -> ast.expr | None:
    """Return the tree of an expression; None for what is none."""
    tree = _parsed(source, "eval")
    return tree.body if isinstance(tree, ast.Expression) else None


def _parsed(source: str, mode: str) -> ast.AST | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source, mode=mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
