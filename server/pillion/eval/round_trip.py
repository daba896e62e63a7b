"""The round trip: is an explanation good enough to write the code again from it alone?

A function of HumanEval, its docstring taken away, is explained; from the explanation and the header
the same model writes the function anew, and the function's own tests judge it. `plain` is what the
model says when it is simply asked, `grounded` is Pillion's explanation. Code that is quoted in an
explanation is taken out of it, or nothing would have to be understood.
"""

from __future__ import annotations

import ast
import asyncio
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.asking import ask
from pillion.assist.explain import explain
from pillion.base.outcome import Nothing
from pillion.engine.base import Cancel
from pillion.eval.compare import Case
from pillion.eval.figures import Aim, above, mean, median
from pillion.eval.humaneval import judge, parses
from pillion.eval.metrics import wilson
from pillion.eval.paired import difference, pairs
from pillion.post.rewrite.answer import end_of_code
from pillion.prompt.blocks import block
from pillion.prompt.chat import Message, Role
from pillion.sandbox.limits import Limits
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.engine.base import Engine
    from pillion.eval.humaneval import Exercise

LIMITS = Limits(seconds=20.0, cpu_seconds=10)
WAYS = ("plain", "grounded")
MOST_TOKENS = 400

_PLAIN = "Explain what this function does.\n\n{code}"
_WRITE = (
    "Write this Python function:\n\n{header}\n\nWhat it does:\n\n{text}\n\n"
    "Answer with the complete function in one code block."
)
_FENCED = re.compile(r"^```.*?^```[^\n]*$\n?", re.MULTILINE | re.DOTALL)
_LEAD = re.compile(r"^(- Lines? \d+(?: to \d+)?), `[^`\n]*`:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One function explained one way and written again."""

    task: str
    way: str
    passed: bool
    valid: bool
    reference: bool
    """The function itself passes, here and now, without its docstring."""
    reason: str
    """Why there was no explanation."""
    words: int
    """Of the explanation."""
    total_ms: float
    """For the explanation alone."""
    protection: str
    explanation: str
    text: str


async def judged(engine: Engine, task: Exercise) -> list[Row]:
    """Explain a function both ways, write it again, and judge what comes out."""
    source = without_docstrings(task.reference)
    sound, _ = await asyncio.to_thread(judge, task.program(source), LIMITS)
    rows = []
    for way in WAYS:
        started = time.perf_counter()
        explanation, reason = await _explained(engine, task, source, way)
        spent = (time.perf_counter() - started) * 1000
        text = await _written(engine, task, source, explanation) if explanation else ""
        passed, result = await asyncio.to_thread(judge, task.program(text), LIMITS)
        rows.append(
            Row(
                task=task.id,
                way=way,
                passed=passed,
                valid=bool(text) and parses(text),
                reference=sound,
                reason=reason,
                words=len(explanation.split()),
                total_ms=spent,
                protection=result.protection.value,
                explanation=explanation,
                text=text,
            )
        )
    return rows


def without_docstrings(source: str) -> str:
    """Return a module without its docstrings and comments."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = node.body[0]
            is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            if is_text and len(node.body) > 1:
                node.body = node.body[1:]
    return ast.unparse(tree) + "\n"


def without_code(explanation: str) -> str:
    """Return an explanation without the code that it quotes."""
    return _LEAD.sub(r"\1:", _FENCED.sub("", explanation)).strip()


def header_of(source: str) -> str:
    """Return the imports and the header of the last function of a module."""
    tree = ast.parse(source)
    function = [node for node in tree.body if isinstance(node, ast.FunctionDef)][-1]
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    function.body = [ast.Expr(ast.Constant(...))]
    return ast.unparse(ast.Module([*imports, function], []))


async def _explained(engine: Engine, task: Exercise, source: str, way: str) -> tuple[str, str]:
    """Return an explanation, or why there is none."""
    if way == "plain":
        question = Message(Role.USER, _PLAIN.replace("{code}", block(source, "python")))
        text, _ = await ask(
            engine, [question], Cancel(), most=MOST_TOKENS, session=f"{task.id}#plain"
        )
        return without_code(text), ""
    snapshot = Snapshot(task.snapshot.uri, source, language="python")
    at = source.rindex("def ")
    found = await explain(snapshot, at, at, engine, Cancel())
    if isinstance(found, Nothing):
        return "", found.reason.value
    return without_code(found.text), ""


async def _written(engine: Engine, task: Exercise, source: str, explanation: str) -> str:
    header = block(header_of(source), "python")
    question = _WRITE.replace("{header}", header).replace("{text}", explanation)
    text, _ = await ask(
        engine,
        [Message(Role.USER, question)],
        Cancel(),
        begin="```python\n",
        end=lambda text: end_of_code(text, "```"),
        most=MOST_TOKENS,
        session=f"{task.id}#again",
    )
    return text


def summary(rows: Sequence[Row]) -> dict[str, dict[str, object]]:
    """Return the figures of each way."""
    return {way: _figures([row for row in rows if row.way == way]) for way in WAYS}


def gain(rows: Sequence[Row]) -> dict[str, float]:
    """Return by how much more often the grounded explanation is enough, 95 % interval."""
    return difference(_passes(rows))._asdict()


def cases(rows: Sequence[Row]) -> list[Case]:
    """Return what `pillion eval explain --compare` compares."""
    return [
        Case(
            row.task,
            row.way,
            {
                "pass_at_1": float(row.passed),
                "explained": float(not row.reason),
                "words": row.words,
                "total_ms": row.total_ms,
            },
        )
        for row in rows
    ]


def aims(rows: Sequence[Row]) -> dict[str, Aim]:
    """Return what the suite is for."""
    return {"pass@1, grounded less plain": above(difference(_passes(rows)).mean, 0.0)}


def _figures(rows: Sequence[Row]) -> dict[str, object]:
    return {
        "n": len(rows),
        "pass_at_1": wilson(sum(row.passed for row in rows), len(rows))._asdict(),
        "valid": wilson(sum(row.valid for row in rows), len(rows))._asdict(),
        "explained": sum(not row.reason for row in rows),
        "words": mean([row.words for row in rows]),
        "reference_fails": sum(not row.reference for row in rows),
        "total_ms_median": median([row.total_ms for row in rows]),
    }


def _passes(rows: Sequence[Row]) -> list[tuple[float, float]]:
    both = pairs(rows, "plain", "grounded")
    return [(float(plain.passed), float(ours.passed)) for plain, ours in both]
