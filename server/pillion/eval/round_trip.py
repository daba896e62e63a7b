"""The round trip: is an explanation good enough to write the code again from it alone?

A function of HumanEval, its docstring taken away, is explained; from the explanation and the header
the same model writes the function anew, and the function's own tests judge it. `plain` is what the
model says when it is simply asked, `grounded` is Pillion's explanation, and `sentences` is what of
that the model said, without what is read off the code. Code that is quoted in an
explanation is taken out of it, or nothing would have to be understood: blocks, the line that a
part begins with, and each statement; an expression within a sentence may stay, each way.
"""

from __future__ import annotations

import ast
import asyncio
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

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
WAYS = ("plain", "sentences", "grounded")
MOST_TOKENS = 400

_PLAIN = "Explain what this function does.\n\n{code}"
_WRITE = (
    "Write this Python function:\n\n{header}\n\nWhat it does:\n\n{text}\n\n"
    "Answer with the complete function in one code block."
)
_FENCED = re.compile(r"^```.*?^```[^\n]*$\n?", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
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
    """Explain a function each way, write it again, and judge what comes out."""
    source = without_docstrings(task.reference)
    sound, _ = await asyncio.to_thread(judge, task.program(source), LIMITS)
    rows = []
    for said in [await _plain(engine, task, source), *await _ours(engine, task, source)]:
        text = await _written(engine, task, source, said.text) if said.text else ""
        passed, result = await asyncio.to_thread(judge, task.program(text), LIMITS)
        rows.append(
            Row(
                task=task.id,
                way=said.way,
                passed=passed,
                valid=bool(text) and parses(text),
                reference=sound,
                reason=said.reason,
                words=len(said.text.split()),
                total_ms=said.ms,
                protection=result.protection.value,
                explanation=said.text,
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


def without_code(explanation: str, source: str = "") -> str:
    """Return an explanation without the code that it quotes.

    What stays is a name, a value or an expression within a sentence: no statement of `source`, and
    not what makes up all of its function.
    """
    whole = _statements(source)

    def kept(match: re.Match[str]) -> str:
        return "" if _normal(match[1]) in whole else match[0]

    prose = _LEAD.sub(r"\1:", _FENCED.sub("", explanation))
    return _INLINE.sub(kept, prose).strip()


def quoted(explanation: str) -> float:
    """Return which share of an explanation is code within a sentence."""
    return sum(map(len, _INLINE.findall(explanation))) / max(1, len(explanation))


def _statements(source: str) -> frozenset[str]:
    """Return the statements of a module, and the value of a function that only returns one."""
    nodes = list(ast.walk(ast.parse(source)))
    simple = [node for node in nodes if isinstance(node, ast.stmt) and not hasattr(node, "body")]
    bodies = [node.body for node in nodes if isinstance(node, ast.FunctionDef)]
    alone = [body[0] for body in bodies if len(body) == 1]
    values = [one.value for one in alone if isinstance(one, ast.Return) and one.value is not None]
    return frozenset(ast.unparse(node) for node in [*simple, *values])


def _normal(code: str) -> str:
    """Return code as `ast` writes it."""
    try:
        return ast.unparse(ast.parse(code.strip()))
    except (SyntaxError, ValueError):
        return code


def header_of(source: str) -> str:
    """Return the imports and the header of the last function of a module."""
    tree = ast.parse(source)
    function = _function_of(tree)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    function.body = [ast.Expr(ast.Constant(...))]
    return ast.unparse(ast.Module([*imports, function], []))


def _function_of(tree: ast.Module) -> ast.FunctionDef:
    """Return the last function of a module: it may have functions inside, and helpers before."""
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)][-1]


class _Said(NamedTuple):
    """One explanation, without the code in it."""

    way: str
    text: str
    reason: str
    """Why there is none."""
    ms: float


async def _plain(engine: Engine, task: Exercise, source: str) -> _Said:
    started = time.perf_counter()
    question = Message(Role.USER, _PLAIN.replace("{code}", block(source, "python")))
    text, _ = await ask(engine, [question], Cancel(), most=MOST_TOKENS, session=f"{task.id}#plain")
    spent = (time.perf_counter() - started) * 1000
    return _Said("plain", without_code(text, source), "", spent)


async def _ours(engine: Engine, task: Exercise, source: str) -> list[_Said]:
    """Explain as Pillion does it: the sentences alone, and all that is shown."""
    started = time.perf_counter()
    snapshot = Snapshot(task.snapshot.uri, source, language="python")
    at = snapshot.lines.starts[_function_of(ast.parse(source)).lineno - 1]
    found = await explain(snapshot, at, at, engine, Cancel())
    spent = (time.perf_counter() - started) * 1000
    if isinstance(found, Nothing):
        return [_Said(way, "", found.reason.value, spent) for way in WAYS[1:]]
    texts = (found.text, f"{found.text}\n{found.exactly}")
    return [
        _Said(way, without_code(text, source), "", spent)
        for way, text in zip(WAYS[1:], texts, strict=True)
    ]


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
        "quoted": mean([quoted(row.explanation) for row in rows]),
        "reference_fails": sum(not row.reference for row in rows),
        "total_ms_median": median([row.total_ms for row in rows]),
    }


def _passes(rows: Sequence[Row]) -> list[tuple[float, float]]:
    both = pairs(rows, "plain", "grounded")
    return [(float(plain.passed), float(ours.passed)) for plain, ours in both]
