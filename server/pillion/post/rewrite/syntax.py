"""No new syntax error, by the parser; in Python also by the language's own compiler."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from pillion.base.outcome import Reason
from pillion.post.rewrite.values import Flaw
from pillion.syntax.check import error_count, first_error

if TYPE_CHECKING:
    from pillion.post.rewrite.values import Rewrite


def check_syntax(rewrite: Rewrite) -> Rewrite | Flaw:
    """Refuse what does not parse at its place, unless the document did not before."""
    aim = rewrite.aim
    document = aim.document(rewrite.text)
    before = error_count(aim.snapshot.text, aim.language)
    after = error_count(document, aim.language)
    if before is not None and after is not None and after > before:
        return Flaw(Reason.SYNTAX, _described(rewrite, document))
    if aim.language.id == "python" and not before:
        problem = python_problem(document)
        if problem and not python_problem(aim.snapshot.text):
            line, message = problem
            first = aim.snapshot.lines.at(aim.extent.start)
            return Flaw(Reason.SYNTAX, _in_words(rewrite.text, line - 1 - first, message))
    return rewrite


def python_problem(text: str) -> tuple[int, str] | None:
    """Return line (from 1) and message of what Python says against a module; None for nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of doubtful escapes and comparisons.
            compile(
                text, "<rewrite>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
            )
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except (ValueError, RecursionError, MemoryError, OverflowError):
        return None  # It says more about the compiler than about the code.
    return None


def _described(rewrite: Rewrite, document: str) -> str:
    aim = rewrite.aim
    if aim.language.id == "python" and (problem := python_problem(document)):
        first = aim.snapshot.lines.at(aim.extent.start)
        return _in_words(rewrite.text, problem[0] - 1 - first, problem[1])
    at = first_error(document, aim.language, aim.extent.start)
    if at is None:
        return "The code has a syntax error."
    number = document.count("\n", aim.extent.start, max(aim.extent.start, at))
    return _in_words(rewrite.text, number, "syntax error")


def _in_words(text: str, number: int, message: str) -> str:
    lines = text.split("\n")
    if 0 <= number < len(lines):
        line = lines[number].strip()
        return f"The code has a syntax error in line {number + 1}: {message}: `{line}`."
    return f"The code has a syntax error: {message}. Is a bracket, a quote or a block not closed?"
