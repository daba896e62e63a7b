"""Tests for a function: the model thinks of inputs, the program finds out what comes of them.

    docstring, model, inputs near those -> calls -> run -> what they give, which way they take
        -> those that cover or catch something new -> tests

A small model writes wrong expectations as readily as right ones, so it is never believed: what a
test expects is what the code did when it ran, in the sandbox. An example in the docstring is the
exception: where the code does something else, the test expects what is written there, and says so.
"""

from __future__ import annotations

import ast
import asyncio
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pillion.assist.branches import Coverage, coverable
from pillion.assist.doc_examples import examples
from pillion.assist.probes import near
from pillion.context.redact import redact
from pillion.engine.base import Priority, Request, Sampling, write
from pillion.prompt.blocks import fence_for
from pillion.prompt.chat import chat
from pillion.prompt.tests import asserting
from pillion.sandbox.trial import Bounds, Check, End, trial
from pillion.syntax.variants import variants

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.assist.repair import Function
    from pillion.engine.base import Cancel, Engine
    from pillion.sandbox.trial import Outcome

HEAT = 0.8
MOST_CALLS = 60
MOST_TESTS = 12
MOST_CHANGES = 150
"""Small changes of the function that tests are to catch."""
_NUMBER = re.compile(r"(?<![\w.'\"])\d+(?![\w.'\"])")
_LONGEST = 240
_MOST_TOKENS = 320


@dataclass(frozen=True, slots=True)
class Case:
    """One call and what is expected of it."""

    call: str
    expected: str
    """The source of the value; of the exception, with `raises`."""
    raises: bool = False
    near: bool = False
    """The value holds floating-point numbers."""
    suspicion: str = ""
    """Why the code is likely wrong here: the case fails now, as the docstring says otherwise."""

    @property
    def check(self) -> Check:
        """The case as a check of its own, without a test framework."""
        if self.raises:
            code = (
                f"try:\n    {self.call}\nexcept {self.expected}:\n    pass\n"
                "else:\n    raise AssertionError"
            )
            return Check(self.call, code)
        if self.near:
            return Check(self.call, f"assert repr({self.call}) == repr({self.expected})")
        return Check(self.call, f"assert {self.call} == {self.expected}")


@dataclass(frozen=True, slots=True)
class Cases:
    """The tests for a function."""

    cases: tuple[Case, ...]
    coverage: Coverage
    """Of the function, by these tests."""
    caught: int
    """Small changes of the function that make a test fail."""
    changes: int
    """Small changes that were tried."""
    thought: int
    """Calls that were considered."""
    dropped: tuple[str, ...] = field(default=())
    """Why some calls were no tests, one line for each reason."""


async def write_cases(
    function: Function,
    engine: Engine | None,
    cancel: Cancel,
    *,
    samples: int = 4,
    report: Callable[[str], None] = lambda _: None,
) -> Cases:
    """Return tests for the function; without an engine from the docstring's examples only.

    Raises `EngineError` when the model cannot answer, `SandboxError` where there is no sandbox.
    """
    told = _told(function)
    report("asking the model for inputs")
    seeds = await seeds_of(function, engine, cancel, samples)
    others = [*near(function.name, seeds), *_negatives(seeds)]
    calls = list(dict.fromkeys([*seeds[:MOST_CALLS], *others]))[: 2 * MOST_CALLS]
    report(f"running {len(calls)} calls")
    checks = [Check(call, call, observe=True) for call in calls]
    bounds = Bounds(each=0.5, whole=30.0)
    (row,) = await asyncio.to_thread(
        trial, [function.document], checks, bounds, all_checks=True, arcs=True
    )
    raised = _raised(function)
    found: list[tuple[Case, Outcome]] = []
    reasons: dict[str, int] = {}
    for call, outcome in zip(calls, row, strict=True):
        case = _case(call, outcome, told.get(call), raised)
        if isinstance(case, str):
            reasons[case] = reasons.get(case, 0) + 1
        else:
            found.append((case, outcome))
    report("choosing")
    return await _chosen(function, found, reasons, len(calls))


async def seeds_of(
    function: Function, engine: Engine | None, cancel: Cancel, samples: int = 4
) -> list[str]:
    """Return calls with values that make sense: those of the docstring, and the model's."""
    thought: list[str] = []
    if engine is not None and redact(function.text, "python") == function.text:
        thought = await _thought(function, engine, cancel, samples)
    return list(dict.fromkeys([*_told(function), *thought]))


def _negatives(calls: Sequence[str]) -> list[str]:
    """Return calls with a number turned around: few functions treat both signs alike."""
    found = [
        f"{call[: match.start()]}-{match[0]}{call[match.end() :]}"
        for call in calls[:12]
        for match in list(_NUMBER.finditer(call))[:3]
    ]
    return [call for call in found if "--" not in call]


def _told(function: Function) -> dict[str, str]:
    """Return the calls of the docstring's examples, and what is to come of them."""
    found = {}
    for check in examples(function):
        tree = ast.parse(check.code).body
        match tree:
            case [ast.Assert(test=ast.Compare(left=call, comparators=[value]))]:
                if _is_call(call, function.name):
                    found[ast.unparse(call)] = ast.unparse(value)
    return found


async def _thought(function: Function, engine: Engine, cancel: Cancel, samples: int) -> list[str]:
    """Return calls that the model thinks of; what it expects of them is not looked at."""
    info = await engine.load()
    fence = fence_for(function.text)
    begin = f"{fence}python\nassert {function.name}("
    request = Request(
        chat(asserting(function.text, function.name), info.chat_template, begin),
        max_tokens=_MOST_TOKENS,
        sampling=Sampling(temperature=HEAT, seed=1),
        session="tests",
        priority=Priority.CHAT,
        samples=samples,
        stops=(f"\n{fence}",),
    )
    written = await write(engine, request, cancel)
    texts = [f"assert {function.name}({one.text}" for one in written]
    return [call for text in texts for call in calls_in(text, function.name)]


def calls_in(text: str, name: str) -> list[str]:
    """Return the calls of `name` with plain values in what a model wrote, line by line."""
    found = []
    for line in text.split("\n"):
        try:
            tree = ast.parse(line.strip())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        found += [ast.unparse(node) for node in ast.walk(tree) if _is_call(node, name)]
    return list(dict.fromkeys(call for call in found if len(call) <= _LONGEST))


def _is_call(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=called), args=args, keywords=keywords) if called == name:
            return all(map(_is_plain, [*args, *(k.value for k in keywords)]))
    return False


def _is_plain(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _raised(function: Function) -> set[str]:
    """Return the exceptions that the function raises on purpose."""
    found = set()
    for node in ast.walk(ast.parse(function.text)):
        match node:
            case ast.Raise(exc=ast.Name(id=name) | ast.Call(func=ast.Name(id=name))):
                found.add(name)
            case ast.Assert():
                found.add("AssertionError")
    return found


def _case(call: str, outcome: Outcome, told: str | None, raised: set[str]) -> Case | str:
    """Return a test, or why the call is none."""
    if told is not None and _value(outcome.got) != _value(told):
        got = outcome.got if outcome.end is End.SEEN else outcome.error or "no end"
        return Case(call, told, suspicion=f"the docstring says {told}, the code gives {got}")
    if outcome.end is End.SEEN:
        value = _value(outcome.got)
        if value is None or len(outcome.got) > _LONGEST:
            return "gave a value that cannot be written down"
        return Case(call, outcome.got, near=has_float(value[0]))
    if outcome.end is End.RAISED:
        name = outcome.error.partition(":")[0]
        if name in raised and outcome.line:
            return Case(call, name, raises=True)
        return f"raised {name}, which the function does not raise itself"
    return "did not end in time"


def _value(text: str) -> tuple[object] | None:
    try:
        return (ast.literal_eval(text),)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def has_float(value: object) -> bool:
    """Whether a value holds numbers that are equal only nearly."""
    if isinstance(value, float):
        return math.isfinite(value) and value != int(value)
    if isinstance(value, list | tuple | set):
        return any(map(has_float, value))
    if isinstance(value, dict):
        return any(map(has_float, value.values()))
    return False


async def _chosen(
    function: Function,
    found: Sequence[tuple[Case, Outcome]],
    reasons: dict[str, int],
    thought: int,
) -> Cases:
    """Keep the tests that cover, or catch, what no other one does; those of likely bugs always."""
    first = function.document.count("\n", 0, function.start) + 1
    last = function.document.count("\n", 0, function.end) + 1
    whole = coverable(function.document, first, last)
    suspect = [case for case, _ in found if case.suspicion]
    sound = [(case, outcome) for case, outcome in found if not case.suspicion]
    catches = await _catches(function, [case for case, _ in sound])
    covers = [whole.covered(outcome.arcs) for _, outcome in sound]
    caught: set[int] = set()
    covered: set[object] = set()
    kept: list[int] = []
    while len(kept) < MOST_TESTS:
        gains = [
            (len(covers[i] - covered) * 3 + len(catches[i] - caught), -len(sound[i][0].call), -i)
            for i in range(len(sound))
            if i not in kept
        ]
        best = max(gains, default=(0, 0, 0))
        if not best[0]:
            break
        kept.append(-best[2])
        covered |= covers[-best[2]]
        caught |= catches[-best[2]]
    dropped = tuple(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    coverage = whole.coverage(item for index in kept for item in covers[index])
    cases = [sound[index][0] for index in sorted(kept)]
    changes = len(set().union(*catches)) if catches else 0
    return Cases((*suspect, *cases), coverage, len(caught), changes, thought, dropped)


async def _catches(function: Function, cases: Sequence[Case]) -> list[set[int]]:
    """Return for each test the small changes of the function that make it fail."""
    changes = variants(function.text)
    step = max(1, len(changes) // MOST_CHANGES)
    texts = [function.put(change.text) for change in changes[::step][:MOST_CHANGES]]
    checks = [case.check for case in cases]
    rows = await asyncio.to_thread(
        trial, texts, checks, Bounds(each=0.1, whole=40.0), all_checks=True
    )
    return [
        {
            number
            for number, row in enumerate(rows)
            if row[place].end in {End.WRONG, End.RAISED, End.TIME}
        }
        for place in range(len(cases))
    ]
