"""A failing test or a traceback, from what was printed to a checked fix of one function.

    tests, run or pasted -> failures -> which function of this document? -> repair, judged by them

Where nothing can be run, examples in the function's docstring judge; where there are none, the
model's change passes the checks of an edit, and the user is told that nothing was run.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from pillion.assist.doc_examples import examples
from pillion.assist.edit import Edited, Order, edit
from pillion.assist.judging import Trials
from pillion.assist.repair import Fix, Function, Unfixed, function_at, repair
from pillion.assist.reports import Failure, report
from pillion.assist.testing import ProjectJudge, describe
from pillion.base.outcome import Nothing, Reason
from pillion.context.redact import redact
from pillion.prompt.edit import instruction_of
from pillion.sandbox.project import Patience
from pillion.text.edits import differences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.assist.repair import Budget
    from pillion.assist.testing import Tests
    from pillion.engine.base import Cancel, Engine
    from pillion.text.edits import Edit
    from pillion.text.snapshot import Snapshot

NOT_RUN = "Nothing was run: there are no tests, and no examples in the docstring."
NOT_SURE = (
    "Other small changes pass the same tests and behave otherwise; look whether this one is meant."
)

UNDOCUMENTED = (
    "The tests pass, but an example in the documentation still comes out otherwise; look which of "
    "them is right."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be fixed, and what may be run."""

    snapshot: Snapshot
    path: str
    """The file, below the root of the project."""
    line: int | None = None
    """A line of the function (from 0); None to find it by what fails."""
    pasted: str = ""
    """A traceback, or what a test run printed."""
    tests: Tests | None = None
    """None where the user has not said that tests may run, or there are none."""
    runs_examples: bool = True
    """Whether the examples of the docstring may run, where there are no tests."""
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fix to be shown."""

    edits: tuple[Edit, ...]
    function: str
    source: str
    """Who wrote it: ``model``, or the kind of a small change."""
    notes: tuple[str, ...]
    ran: str
    """What was run to judge it; empty where nothing was."""
    passed: int
    failures: str
    """What failed before."""
    printed: str = ""
    """What the tests printed before the fix."""
    tried: int = 1


async def fix(
    problem: Problem,
    engine: Engine | None,
    cancel: Cancel,
    *,
    budget: Budget | None = None,
    report_: Callable[[str], None] = lambda _: None,
) -> Fixed | Unfixed:
    """Find what fails and fix it.

    Raises `EngineError` when the model cannot answer, `SandboxError` where there is no sandbox.
    """
    failures: tuple[Failure, ...] = ()
    printed = problem.pasted
    if problem.tests is not None:
        report_(f"running {problem.tests.shown}")
        (verdict,) = await ProjectJudge(problem.tests, problem.path, problem.patience).judge(
            [problem.snapshot.text]
        )
        if verdict.good:
            return Unfixed(Nothing(Reason.NOTHING_FAILS, problem.tests.shown))
        failures, printed = verdict.failed, verdict.printed
    elif problem.pasted:
        failures = report(problem.pasted, 1).failures
    function, targets = _function(problem, failures)
    if function is None:
        detail = f"No function of {problem.path} is named by what fails; name its line."
        return Unfixed(Nothing(Reason.NO_CODE_HERE, detail), describe(failures))
    if problem.tests is not None:
        judge = ProjectJudge(problem.tests, problem.path, problem.patience)
        judge = judge.for_targets(targets, failures)
        found = await repair(function, judge, engine, cancel, budget=budget, report=report_)
        return _fixed(found, function, problem.tests.shown, printed)
    checks = examples(function) if problem.runs_examples else ()
    if checks:
        trials = await Trials(function.name, checks).failing_first(function.document)
        found = await repair(function, trials, engine, cancel, budget=budget, report=report_)
        if not (isinstance(found, Unfixed) and found.why.reason is Reason.NOTHING_FAILS):
            return _fixed(found, function, "the examples in the docstring", printed)
    return await _edited(problem, function, failures, engine, cancel)


def _function(
    problem: Problem, failures: Sequence[Failure]
) -> tuple[Function | None, tuple[Failure, ...]]:
    """Return the function to be fixed, and the failures that have to do with it."""
    document = problem.snapshot.text
    if problem.line is not None:
        chosen = function_at(document, problem.line)
        return chosen, tuple(f for f in failures if _concerns(problem, f, chosen)) or tuple(
            failures
        )
    for failure in failures:
        for frame in reversed(failure.frames):
            if _same(frame.path, problem.path):
                chosen = function_at(document, frame.line - 1)
                if chosen is not None:
                    about = tuple(f for f in failures if _concerns(problem, f, chosen))
                    return chosen, about or (failure,)
    # Nothing was raised in this document: an assertion saw a wrong value of one of its functions.
    for failure in failures:
        for name in _called(failure):
            chosen = function_at(document, 0, name)
            if chosen is not None:
                return chosen, tuple(f for f in failures if name in _called(f))
    return None, ()


def _concerns(problem: Problem, failure: Failure, function: Function | None) -> bool:
    if function is None:
        return False
    first = function.document.count("\n", 0, function.start) + 1
    last = function.document.count("\n", 0, function.end) + 1
    raised = any(_same(f.path, problem.path) and first <= f.line <= last for f in failure.frames)
    return raised or function.name in _called(failure)


def _called(failure: Failure) -> list[str]:
    """Return names that are called in what a failure says, as pytest shows the test's line."""
    try:
        calls = [
            node
            for line in (*failure.lines, *failure.message.split("\n"))
            for node in ast.walk(ast.parse(line.strip().removeprefix("E").strip()))
            if isinstance(node, ast.Call)
        ]
    except (SyntaxError, ValueError):
        calls = []
        for line in failure.lines:
            try:
                tree = ast.parse(line.strip())
            except (SyntaxError, ValueError):
                continue
            calls += [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    found = []
    for call in calls:
        match call.func:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found.append(name)
    return list(dict.fromkeys(found))


def _same(shown: str, path: str) -> bool:
    """Whether a path in a traceback, absolute or not, is that of the file."""
    return PurePath(shown).parts[-len(PurePath(path).parts) :] == PurePath(path).parts


def _fixed(found: Fix | Unfixed, function: Function, ran: str, printed: str) -> Fixed | Unfixed:
    if isinstance(found, Unfixed):
        return found
    notes = () if found.sure else (UNDOCUMENTED if found.wrong else NOT_SURE,)
    edits = differences(function.document, found.document)
    return Fixed(
        edits,
        function.name,
        found.source,
        notes,
        ran,
        found.passed,
        found.failures,
        printed,
        found.tried,
    )


async def _edited(
    problem: Problem,
    function: Function,
    failures: Sequence[Failure],
    engine: Engine | None,
    cancel: Cancel,
) -> Fixed | Unfixed:
    """Let the model change the function as the failure says, and check what can be read of it."""
    said = describe(failures)
    if not said:
        return Unfixed(Nothing(Reason.NO_TESTS))
    if engine is None:
        return Unfixed(Nothing(Reason.NO_MODEL), said)
    lines = problem.snapshot.lines
    at = [
        problem.snapshot.line(frame.line - 1).strip()
        for failure in failures
        for frame in failure.frames
        if _same(frame.path, problem.path) and frame.line <= len(lines)
    ]
    where = f" (in `{at[-1]}`)" if at else ""
    message = redact(f"{failures[0].message}{where}", problem.snapshot.language)
    order = Order(
        problem.snapshot,
        function.start,
        function.end,
        instruction_of("fix", problem=" ".join(message.split())),
        path=problem.path,
    )
    made = await edit(order, engine, cancel)
    if not isinstance(made, Edited):
        return replace(Unfixed(made.why, said, made.text), tried=made.rounds)
    notes = (*made.notes, NOT_RUN)
    return Fixed(made.edits, function.name, "model", notes, "", 0, said, problem.pasted)
