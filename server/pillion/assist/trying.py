"""A look at a change by running it, in the sandbox: does it load, do the examples hold?

For Python, and only where it was allowed to run code. What went wrong before the change is not held
against it; neither is what the sandbox does not have, such as a library or the project's own files.
Examples are those of the docstrings, and those that the instruction states.
"""

from __future__ import annotations

import ast
import asyncio
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.doc_examples import examples_in
from pillion.base.errors import SandboxError
from pillion.sandbox.trial import Bounds, Check, End, trial
from pillion.syntax import python_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pillion.sandbox.trial import Outcome

_MOST_VALUES = 6
BOUNDS = Bounds(each=2.0, whole=15.0)
_LOADS = Check("loads", "pass")
_ABSENT = ("ModuleNotFoundError", "ImportError", "FileNotFoundError", "PermissionError")
"""Errors that say more of the sandbox than of the code."""

_GIVES = re.compile(
    r"\s*(?:==|=>|->)\s*|[^.`\n]{0,12}?\b(?P<must>should|must|will|would|to)?\s*(?:instead\s+|now\s+)?"
    r"(?:returns?|gives?|be|is|equals?|evaluates? to|yields?|produces?)\s+",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"[^\n]{0,20}?\b(?:should|must)\s+(?:instead\s+)?(?:return|give|be|equal|yield)\s+",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:currently|now|at the moment|wrongly|incorrectly)\b[^.]{0,60}$", re.IGNORECASE
)
_DISPLAY = re.compile(r"(?<![\w\])])[\[({]")
_CALL = re.compile(r"(?<![\w.])[A-Za-z_]\w*\(")


@dataclass(frozen=True, slots=True)
class Trying:
    """Tries changes that an instruction asks for."""

    instruction: str = ""

    async def look(self, before: str, after: str) -> list[str]:
        """Say what happens when the document with the change is run, and did not happen before."""
        stated = list(stated_in(self.instruction))
        checks = list(dict.fromkeys([_LOADS, *examples_in(after), *stated]))
        try:
            old, new = await asyncio.to_thread(
                trial, [before, after], checks, BOUNDS, all_checks=True
            )
        except SandboxError:
            return []
        known = {_LOADS, *examples_in(before)} - set(stated)
        found = [
            _told(check, now)
            for check, was, now in zip(checks, old, new, strict=True)
            if _is_bad(now) and not (check in known and _is_bad(was))
        ]
        return found[:1] or await self._fails_on_all(after)

    async def _fails_on_all(self, after: str) -> list[str]:
        """Say how a function fails that fails on every value that the instruction speaks of."""
        for checks in given_in(self.instruction, after):
            (row,) = await asyncio.to_thread(trial, [after], checks, BOUNDS, all_checks=True)
            if row and all(one.end is End.RAISED and _is_bad(one) for one in row):
                return [_told(checks[-1], row[-1])]
        return []


def stated_in(instruction: str) -> Iterator[Check]:
    """Yield the examples that an instruction states: a call, and what it should give.

    Where it says both what a call gives now and what it should give, the latter counts.
    """
    for match in _CALL.finditer(instruction):
        call, end = _expression(instruction, match.start())
        if not call:
            continue
        rest = instruction[end:].lstrip("`")
        gives = _GIVES.match(rest)
        value = _literal(rest[gives.end() :]) if gives else None
        if gives is None or value is None:
            continue
        source, length = value
        if not gives["must"]:
            instead = _INSTEAD.match(rest[gives.end() + length :])
            better = instead and _literal(rest[gives.end() + length + instead.end() :])
            if not better and _NOW.search(instruction[: match.start()]):
                continue  # How it is, not how it should be.
            source = better[0] if better else source
        yield Check(f"{call} == {source}", f"assert {call} == {source}")


def given_in(instruction: str, source: str) -> Iterator[list[Check]]:
    """Yield calls of each function that is named beside values that it could be given.

    Only functions of one parameter: for others it is not known which value is which.
    """
    values: list[str] = []
    for match in _DISPLAY.finditer(instruction):
        value = _literal(instruction[match.start() :])
        if value and value[0] not in values:
            values.append(value[0])
    tree = python_tree.module(source)
    for node in tree.body if tree and values else ():
        if isinstance(node, ast.FunctionDef) and re.search(rf"\b{node.name}\b", instruction):
            arguments = node.args
            if len(arguments.args) == 1 and not (arguments.posonlyargs or arguments.kwonlyargs):
                calls = [f"{node.name}({value})" for value in values[:_MOST_VALUES]]
                yield [Check(call, call) for call in calls]


def _expression(text: str, start: int) -> tuple[str, int]:
    """Return the longest expression of calls that begins at `start`, and where it ends."""
    line = text[start : start + 400].partition("\n")[0]
    for end in range(len(line), 0, -1):
        if line[end - 1] == ")" and python_tree.expression(line[:end]) is not None:
            return (line[:end], start + end) if _is_call(line[:end]) else ("", 0)
    return "", 0


def _is_call(source: str) -> bool:
    """Tell whether all arguments are known, so that it is no header and no pattern."""
    tree = python_tree.expression(source)
    if not isinstance(tree, ast.Call):
        return False
    plain = (ast.Call, ast.Attribute, ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set)
    allowed = (*plain, ast.UnaryOp, ast.unaryop, ast.expr_context, ast.keyword)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return all(
        isinstance(node, allowed) or (isinstance(node, ast.Name) and id(node) in called)
        for node in ast.walk(tree)
    )


def _literal(text: str) -> tuple[str, int] | None:
    """Return the literal that a text begins with, and how long it is with its marks."""
    bare = text.lstrip("` ")
    skipped = len(text) - len(bare)
    line = bare[:300].partition("\n")[0]
    for end in range(len(line), 0, -1):
        piece = line[:end]
        if piece[-1] in " \t.":
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = ast.literal_eval(piece)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        following = line[end : end + 1]
        if following.isalnum() or following == "_":
            continue
        return repr(value), skipped + end
    return None


def _is_bad(outcome: Outcome) -> bool:
    if outcome.end is End.RAISED:
        return not outcome.error.startswith(_ABSENT)
    return outcome.end in {End.WRONG, End.TIME}


def _told(check: Check, outcome: Outcome) -> str:
    example = check.code.rpartition("\n")[2].removeprefix("assert ")
    when = "When the code is loaded" if check is _LOADS else f"For the example `{example}`"
    if outcome.end is End.TIME:
        return f"{when}, it does not end."
    if outcome.end is End.WRONG:
        return f"{when}, it gives `{outcome.got}`."
    at = f" in line {outcome.line}" if outcome.line else ""
    return f"{when}, it raises {outcome.error}{at}."
