"""The suite of tests: do the tests that are written hold, and what would they catch?

Each function of HumanEval is right, and gets tests two ways. *plain* is one greedy answer of the
model to the usual request, its assertions as they are. *written* is what `pillion tests` keeps.
Mutants of the function come from mutmut; its operators are not those that choose the tests.


"""

from __future__ import annotations

import ast
import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.assist.repair import function_at
from pillion.assist.testwriting import write_cases
from pillion.engine.base import Cancel, Request, write
from pillion.eval.compare import Case
from pillion.eval.figures import Aim, at_least, mean, median
from pillion.eval.metrics import wilson
from pillion.eval.mutants import mutants
from pillion.prompt.blocks import fence_for
from pillion.prompt.chat import chat
from pillion.prompt.tests import plainly
from pillion.sandbox.trial import Bounds, Check, End, trial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.repair import Function
    from pillion.engine.base import Engine
    from pillion.eval.humaneval import Exercise

WAYS = ("plain", "written")
MOST_MUTANTS = 30
_MOST_TOKENS = 800


@dataclass(frozen=True, slots=True)
class Row:
    """The tests for one function, written one way."""

    task: str
    way: str
    tests: int
    passing: int
    """Of these, those that pass on the right function."""
    mutants: int
    caught: int
    """Mutants on which a test fails that passes on the right function."""
    lines: int
    all_lines: int
    branches: int
    all_branches: int
    seconds: float
    text: str


def name_of(task: Exercise) -> str:
    """Return the function that a task is about: the last one that it defines at the top."""
    tree = ast.parse(task.reference)
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)][-1]


async def measured(task: Exercise, engine: Engine, seed: int) -> list[Row]:
    """Write tests for a function both ways, and judge them."""
    function = function_at(task.reference, 0, name_of(task))
    if function is None:
        return []
    changed = [function.put(text) for text in mutants(function.text, MOST_MUTANTS, seed)]
    started = time.perf_counter()
    plain = await _plain(function, engine)
    between = time.perf_counter()
    cases = await write_cases(function, engine, Cancel())
    ended = time.perf_counter()
    written = [case.check for case in cases.cases]
    coverage = cases.coverage
    return [
        replace(await _row(task, "plain", plain, changed), seconds=between - started),
        replace(
            await _row(task, "written", written, changed),
            lines=coverage.lines,
            all_lines=coverage.all_lines,
            branches=coverage.branches,
            all_branches=coverage.all_branches,
            seconds=ended - between,
        ),
    ]


async def _row(task: Exercise, way: str, checks: Sequence[Check], changed: Sequence[str]) -> Row:
    bounds = Bounds(each=2.0, whole=60.0)
    (row,) = await asyncio.to_thread(trial, [task.reference], checks, bounds, all_checks=True)
    good = [check for check, outcome in zip(checks, row, strict=True) if outcome.passed]
    rows = await asyncio.to_thread(trial, changed, good, Bounds(each=0.5, whole=60.0))
    caught = sum(any(o.end not in {End.PASSED, End.LEFT_OUT} for o in one) for one in rows)
    text = "\n".join(check.code for check in checks)
    counts = (len(checks), len(good), len(changed), caught)
    return Row(task.id, way, *counts, 0, 0, 0, 0, 0.0, text)


async def _plain(function: Function, engine: Engine) -> list[Check]:
    """Return the assertions of one answer, each with what stands above it in its function."""
    info = await engine.load()
    fence = fence_for(function.text)
    messages = plainly(function.text, function.name)
    request = Request(
        chat(messages, info.chat_template, f"{fence}python\n"),
        max_tokens=_MOST_TOKENS,
        session="plain",
        stops=(f"\n{fence}",),
    )
    (written,) = await write(engine, request, Cancel())
    return assertions(written.text)


def assertions(text: str) -> list[Check]:
    """Return the tests in what a model wrote, as far as it parses, in its favour.

    Each assertion counts alone, with the assignments above it; a test with parameters counts once
    for each set, and one with loops or blocks as a whole. Imports are left out: nothing of what
    is tested lies where the model thinks.
    """
    tree = _parsed(text)
    found: list[str] = []
    head = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Assign)]
    bodies = [tree.body]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            sets = _parameters(node)
            if sets is not None:
                found += ["\n".join([*head, one, *map(ast.unparse, node.body)]) for one in sets]
            elif any(_is_block(statement) for statement in node.body):
                found.append("\n".join([*head, *map(ast.unparse, node.body)]))
            else:
                bodies.append(node.body)
    for body in bodies:
        before = [] if body is tree.body else list(head)
        for statement in body:
            if isinstance(statement, ast.Assert):
                found.append("\n".join([*before, ast.unparse(statement)]))
            elif isinstance(statement, ast.Assign | ast.AugAssign):
                before.append(ast.unparse(statement))
    return [
        Check(f"test {number}", (_RAISES if "pytest" in code else "") + code)
        for number, code in enumerate(found, 1)
    ]


_RAISES = """\
import contextlib
class pytest:
    @staticmethod
    @contextlib.contextmanager
    def raises(*kinds, **_):
        try:
            yield
        except kinds:
            return
        raise AssertionError
"""


def _parsed(text: str) -> ast.Module:
    """Parse as many lines as there are; an answer that was cut ends in the middle of one."""
    lines = text.rstrip().split("\n")
    while lines:
        source = "\n".join(lines)
        # What was cut within the parameters of a test loses the last set only.
        for closed in (source, f"{source.rstrip().rstrip(',')}\n])\ndef test(): pass"):
            try:
                return ast.parse(closed)
            except (SyntaxError, ValueError, RecursionError):
                continue
        lines.pop()
    return ast.Module([], [])


def _is_block(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.For | ast.With | ast.If | ast.Try | ast.While)


def _parameters(test: ast.FunctionDef) -> list[str] | None:
    """Return an assignment for each set of parameters; None where it has none."""
    for decorator in test.decorator_list:
        match decorator:
            case ast.Call(
                func=ast.Attribute(attr="parametrize"), args=[names, ast.List(elts=sets)]
            ):
                try:
                    named = ast.literal_eval(names)
                except ValueError:
                    return []
                targets = named if isinstance(named, str) else ", ".join(named)
                return [f"{targets} = {ast.unparse(one)}" for one in sets]
    return None


def summary(rows: Sequence[Row]) -> dict[str, dict[str, object]]:
    """Return the figures of each way."""
    return {way: _figures([row for row in rows if row.way == way]) for way in WAYS}


def _figures(rows: Sequence[Row]) -> dict[str, object]:
    tests, passing = sum(row.tests for row in rows), sum(row.passing for row in rows)
    all_mutants, caught = sum(row.mutants for row in rows), sum(row.caught for row in rows)
    return {
        "n": len(rows),
        "tests": tests,
        "pass_on_reference": wilson(passing, tests)._asdict(),
        "mutation_score": wilson(caught, all_mutants)._asdict(),
        "mutation_score_mean": mean([row.caught / row.mutants for row in rows if row.mutants]),
        "lines": mean([row.lines / row.all_lines for row in rows if row.all_lines]),
        "branches": mean([row.branches / row.all_branches for row in rows if row.all_branches]),
        "functions_without_tests": sum(not row.passing for row in rows),
        "median_seconds": median([row.seconds for row in rows]),
    }


def cases(rows: Sequence[Row]) -> list[Case]:
    """Return what `pillion eval tests --compare` compares."""
    return [
        Case(
            row.task,
            row.way,
            {
                "pass_on_reference": row.passing / row.tests if row.tests else 0.0,
                "mutation_score": row.caught / row.mutants if row.mutants else 1.0,
                "tests": float(row.tests),
                "seconds": row.seconds,
            },
        )
        for row in rows
    ]


def aims(rows: Sequence[Row]) -> dict[str, Aim]:
    """Return what the suite is for."""
    score = {
        way: sum(r.caught for r in rows if r.way == way)
        / max(1, sum(r.mutants for r in rows if r.way == way))
        for way in WAYS
    }
    written = [row for row in rows if row.way == "written"]
    holds = sum(r.passing for r in written) / max(1, sum(r.tests for r in written))
    return {
        "tests that pass on the reference": at_least(holds, 0.95),
        "mutation score, written less plain": at_least(score["written"] - score["plain"], 0.1),
    }
