"""Candidates: the same function written several times, so that doubt shows as difference.

The head of the function is put into the model's mouth where it is known, with the request as its
docstring: they need not be written, and all candidates take the same arguments.
"""

from __future__ import annotations

import ast
import re
import textwrap
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pillion.engine.base import FinishReason, Priority, Request, Sampling, write
from pillion.engine.purpose import Purpose, engine_for
from pillion.prompt.chat import Message, Role, chat
from pillion.syntax import python_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.clarify.spec import Spec
    from pillion.assist.clarify.task import Budget
    from pillion.engine.base import Cancel, Engine
    from pillion.prompt.model_input import Prompt

HEAT = 0.8
"""Drawn cooler, eight candidates are often one; hotter, the default model writes nonsense."""

_FENCE = "```"
STOPS = (f"\n{_FENCE}",)
"""What comes behind the code is not read."""

_BLOCK = re.compile(r"```(?:python|py)?[^\n]*\n(.*?)(?:^```|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A module that holds the function."""

    name: str
    code: str
    """What is shown: the function, with the imports it brings along."""
    module: str
    """What is run: the code before it, too."""
    shape: str
    """Its syntax tree without names of variables and docstrings: equal for equal code."""
    count: int = 1
    """How many of the samples were this one."""


async def draft(
    spec: Spec, engine: Engine, budget: Budget, cancel: Cancel, session: str = ""
) -> list[Candidate]:
    """Return the different candidates that can be parsed, the likeliest first.

    Raises `EngineError` when the model cannot answer.
    """
    engine = engine_for(engine, Purpose.CHAT)
    info = await engine.load()
    request = Request(
        prompt(spec, info.chat_template),
        budget.max_tokens,
        Sampling(temperature=HEAT),
        session=session,
        priority=Priority.CHAT,
        stops=STOPS,
        samples=budget.samples,
    )
    return await written(spec, request, engine, cancel)


async def written(spec: Spec, request: Request, engine: Engine, cancel: Cancel) -> list[Candidate]:
    """Return the different candidates in the outputs of a request."""
    found = [
        take(spec, one.text)
        for one in await write(engine, request, cancel)
        if one.finish.reason is not FinishReason.CANCELLED
    ]
    return joined([one for one in found if one])


def joined(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the different ones, the first of each with the number of all."""
    counts: dict[str, int] = {}
    for one in candidates:
        counts[one.shape] = counts.get(one.shape, 0) + one.count
    firsts = {one.shape: one for one in reversed(candidates)}
    return [replace(firsts[shape], count=count) for shape, count in counts.items()]


def earlier(spec: Spec, codes: Sequence[str]) -> list[Candidate]:
    """Return those of the functions written before that still have the head that is asked for."""
    found = []
    for code in codes:
        tree = python_tree.module(code)
        one = _candidate(spec, code, tree) if tree else None
        if one and (not spec.head or spec.head in code):
            found.append(one)
    return joined(found)


def messages(spec: Spec) -> tuple[list[Message], str]:
    """Return the request for a function, and how its answer begins."""
    words = words_of("prompt")
    remarks = "".join(f"\n\n{remark}" for remark in spec.remarks)
    if spec.head:
        request = words["stub"].format(remarks=remarks)
        begin = "\n".join([f"{_FENCE}python", *_before(spec), spec.head, *_docstring(spec), ""])
    else:
        code = f"\n\n{_FENCE}python\n{spec.preamble}\n{_FENCE}" if spec.preamble else ""
        lines = "".join(f"\n{line}" for line in _agreed(spec))
        request = words["free"].format(text=spec.source + lines, code=code, remarks=remarks)
        begin = f"{_FENCE}python\n"
    return [
        Message(Role.SYSTEM, words["system"].strip()),
        Message(Role.USER, request.strip()),
    ], begin


def prompt(spec: Spec, template: str) -> Prompt:
    """Lay out the request for a function."""
    asked, begin = messages(spec)
    return chat(asked, template, begin)


def take(spec: Spec, text: str) -> Candidate | None:
    """Return the function in what the model wrote; None where there is none that can be parsed."""
    body = text.partition(f"\n{_FENCE}")[0]
    code = f"{spec.head}\n{body}" if spec.head else body
    tree = python_tree.module(code)
    if tree is None and (block := _BLOCK.search(text)):
        code = block[1]
        tree = python_tree.module(code)
    if tree is None:
        # A sample that was cut off, or talks behind the code: what is whole above it may do.
        code, tree = _longest(code)
    return _candidate(spec, code, tree) if tree else None


def _candidate(spec: Spec, code: str, tree: ast.Module) -> Candidate | None:
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    if not functions:
        return None
    name = next((one.name for one in functions if one.name == spec.name), functions[0].name)
    tree.body = [node for node in tree.body if not _runs(node)]
    code = ast.get_source_segment(code, tree) or _kept(code, tree)
    module = "\n\n\n".join(part for part in (spec.preamble, code) if part)
    return Candidate(name, code, module, _shape(tree))


@cache
def words_of(table: str) -> dict[str, Any]:
    """Return a table of `words.toml`."""
    text = files("pillion.assist.clarify").joinpath("words.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)[table]
    return found


def _before(spec: Spec) -> list[str]:
    return [spec.preamble, "", ""] if spec.preamble else []


def _docstring(spec: Spec) -> list[str]:
    text = "\n".join([spec.source.strip(), *_agreed(spec)]).strip().replace('"""', "'''")
    return [textwrap.indent(f'"""{text}\n"""', "    ")] if text else []


def _agreed(spec: Spec) -> Sequence[str]:
    name = spec.name or "f"
    return [f">>> {name}({example.call})\n{example.outcome}" for example in spec.agreed]


def _longest(code: str) -> tuple[str, ast.Module | None]:
    """Return the longest run of whole lines from the start that ends a statement and parses."""
    lines = code.splitlines()
    for size in range(len(lines) - 1, 1, -1):
        if lines[size][:1] not in {" ", "\t", ""} or not lines[size].strip():
            piece = "\n".join(lines[:size])
            if tree := python_tree.module(piece):
                return piece, tree
    return code, None


def _runs(node: ast.stmt) -> bool:
    """Whether a statement does more than define: examples of use that the model adds."""
    return isinstance(node, ast.Expr | ast.If | ast.For | ast.While | ast.With | ast.Assert)


def _kept(code: str, tree: ast.Module) -> str:
    """Return the source of the statements of `tree`."""
    lines = code.splitlines()
    pieces = []
    for node in tree.body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(one.lineno for one in decorators)])
        pieces.append("\n".join(lines[first - 1 : node.end_lineno]))
    return "\n".join(pieces)


def _shape(tree: ast.Module) -> str:
    """Return the tree as text, with variables numbered in order of appearance."""
    tree = python_tree.module(ast.unparse(tree)) or tree
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                node.body = node.body[1:] or [ast.Pass()]
    numbers: dict[str, str] = {}
    stored = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and _stores(node)
    } | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in stored:
            node.id = numbers.setdefault(node.id, f"v{len(numbers)}")
        elif isinstance(node, ast.arg):
            node.arg = numbers.setdefault(node.arg, f"v{len(numbers)}")
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.dump(tree)


def _stores(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)
