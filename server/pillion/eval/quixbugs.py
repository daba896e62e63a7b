"""The QuixBugs programs: one wrong line each, the tests that show it, and those that judge a fix.

A folder with `python_programs`, `correct_python_programs`, `json_testcases` (arguments and result
per line) and `python_testcases`. Each test becomes a few lines of plain Python, without pytest.
"""

from __future__ import annotations

import ast
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.base.errors import UsageError
from pillion.sandbox.trial import Check

if TYPE_CHECKING:
    from pathlib import Path

NODE = "node.py"


@dataclass(frozen=True, slots=True)
class Program:
    """A program with a bug, and all of its tests."""

    name: str
    text: str
    """The file as it is wrong, with what it says of itself."""
    correct: str
    checks: tuple[Check, ...]
    files: dict[str, str]
    """What the tests import."""

    def split(self, failing: tuple[str, ...], seed: int) -> tuple[Check, ...]:
        """Return half of the tests, at least one that fails: what a repair may see.

        `failing` are the names of those that the wrong program fails. The halves depend on the
        seed and the program only.
        """
        chance = random.Random(f"{seed} {self.name}")  # noqa: S311 - a sample, no secret.
        mixed = chance.sample(self.checks, len(self.checks))
        seen = mixed[: (len(mixed) + 1) // 2]
        if not any(check.name in failing for check in seen):
            first = next((check for check in mixed if check.name in failing), None)
            seen = [*seen[:-1], first] if first else seen
        return tuple(check for check in self.checks if check in seen)


def load(data: Path, *, sample: int = 0, seed: int = 1) -> list[Program]:
    """Return the programs, all or a sample, in an order that depends on the seed only."""
    folder = data / "python_testcases"
    names = sorted(path.stem.removeprefix("test_") for path in folder.glob("test_*.py"))
    if not names:
        raise UsageError(f"{data} holds no python_testcases.")
    chosen = random.Random(seed).sample(names, len(names))  # noqa: S311 - a sample, no secret.
    return [_program(data, name) for name in chosen[: sample or len(names)]]


def _program(data: Path, name: str) -> Program:
    test = _read(data / "python_testcases" / f"test_{name}.py")
    cases = data / "json_testcases" / f"{name}.json"
    rows = [json.loads(line) for line in _read(cases).splitlines()] if cases.exists() else []
    checks = _from_rows(name, test, rows) if rows else _from_functions(test)
    return Program(
        name,
        _read(data / "python_programs" / f"{name}.py"),
        _read(data / "correct_python_programs" / f"{name}.py"),
        tuple(checks),
        {NODE: _read(data / "python_testcases" / NODE)},
    )


def _from_rows(name: str, test: str, rows: list[list[object]]) -> list[Check]:
    """Return an assertion for each row, in the words of the test."""
    function = next(n for n in ast.parse(test).body if isinstance(n, ast.FunctionDef))
    claim = next(n for n in function.body if isinstance(n, ast.Assert))
    slow = [n.test for n in function.body if isinstance(n, ast.If)]
    found = []
    for number, (given, result) in enumerate(rows, 1):
        arguments = given if isinstance(given, list) else [given]
        # The tests of hanoi turn what JSON gives into tuples.
        if name == "hanoi" and isinstance(result, list):
            result = [tuple(item) for item in result]  # noqa: PLW2901 - the same, as it is meant.
        if any(_skipped(condition, arguments) for condition in slow):
            continue
        code = ast.unparse(_Filled(arguments, result).visit(ast.parse(ast.unparse(claim))))
        found.append(Check(f"{name} {number}", code))
    return found


def _skipped(condition: ast.expr, arguments: list[object]) -> bool:
    """Tell whether the test leaves a row out, because it takes minutes."""
    values = [node for node in ast.walk(condition) if isinstance(node, ast.List)]
    return any(_value(node) == arguments for node in values)


def _value(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


class _Filled(ast.NodeTransformer):
    """Puts the values of a row into the test's assertion."""

    def __init__(self, arguments: list[object], result: object) -> None:
        self._arguments, self._result = arguments, result

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Fill in a call; pytest's `approx` becomes a comparison of its own."""
        if isinstance(node.func, ast.Attribute) and node.func.attr == "approx":
            margin = ast.unparse(self.visit(node.keywords[0].value))
            return ast.parse(f"Near({self._result!r}, {margin})", mode="eval").body
        arguments: list[ast.expr] = []
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                arguments += [ast.parse(repr(a), mode="eval").body for a in self._arguments]
            else:
                arguments.append(self.visit(argument))
        return ast.Call(node.func, arguments, node.keywords)

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        """Compare numbers within a margin by their distance, as text that stands alone."""
        filled = self.generic_visit(node)
        assert isinstance(filled, ast.Assert)  # noqa: S101 - for the type checker.
        test = filled.test
        if isinstance(test, ast.Compare) and isinstance(test.comparators[0], ast.Call):
            near = test.comparators[0]
            if isinstance(near.func, ast.Name) and near.func.id == "Near":
                expected, margin = map(ast.unparse, near.args)
                return ast.parse(f"assert abs({ast.unparse(test.left)} - {expected}) <= {margin}")
        return filled

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Fill in the result."""
        if node.id == "expected":
            return ast.parse(repr(self._result), mode="eval").body
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Fill in one argument."""
        if isinstance(node.value, ast.Name) and node.value.id == "input_data":
            index = ast.literal_eval(node.slice)
            return ast.parse(repr(self._arguments[index]), mode="eval").body
        return node


def _from_functions(test: str) -> list[Check]:
    """Return each test function with what stands above them."""
    tree = ast.parse(test)
    head = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.If):
            continue
        if isinstance(node, ast.Import | ast.ImportFrom) and "node" not in ast.unparse(node):
            continue
        head.append(ast.unparse(node))
    return [
        Check(node.name, "\n".join([*head, *(ast.unparse(s) for s in _without_doc(node.body))]))
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test")
    ]


def _without_doc(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    return (
        body[1:] if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) else body
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
