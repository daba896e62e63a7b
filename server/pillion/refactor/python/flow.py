"""Which names surely have a value at a place of a function, and which a block reads first.

One walk over the statements in their order. What may not run gives nothing a value: the body of a
loop, the branches of an `if` that don't agree, anything in a `try`. The body of a `with` counts:
if its exceptions are swallowed, the next read fails either way.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(slots=True)
class Flow:
    """What has been seen on the way."""

    surely: set[str]
    """Names that have a value whatever way was taken."""
    read_first: set[str] = field(default_factory=set)
    """Names that were read where they did not surely have a value."""
    ended: bool = False
    """Whether the end of the block is never reached."""


def surely_bound(function: ast.FunctionDef | ast.AsyncFunctionDef, at: ast.stmt) -> set[str]:
    """Return the names that have a value whenever `at` begins to run."""
    arguments = function.args
    names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    names += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    flow = Flow({one.arg for one in names})
    _until(function.body, at, flow)
    return flow.surely


def through(block: Iterable[ast.stmt], surely: Iterable[str] = ()) -> Flow:
    """Walk over `block`; `surely` have a value at its beginning."""
    flow = Flow(set(surely))
    for statement in block:
        _statement(statement, flow)
    return flow


def _until(block: list[ast.stmt], at: ast.stmt, flow: Flow) -> bool:
    """Walk as far as `at`; tell whether it was met."""
    for statement in block:
        if statement is at:
            return True
        inner = next((one for one in _blocks(statement) if _holds(one, at)), [])
        if not inner:
            _statement(statement, flow)
            continue
        if inner is not getattr(statement, "orelse", None) or isinstance(statement, ast.If):
            _headers(statement, flow)
        for handler in getattr(statement, "handlers", ()):
            if inner is handler.body and handler.name:
                flow.surely.add(handler.name)
        return _until(inner, at, flow)
    return False


def _holds(block: list[ast.stmt], at: ast.stmt) -> bool:
    return any(at is node for one in block for node in ast.walk(one))


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    found: list[list[ast.stmt]] = [
        getattr(statement, name, []) for name in ("body", "orelse", "finalbody")
    ]
    parts = [*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]
    return [*found, *(part.body for part in parts)]


def _headers(statement: ast.stmt, flow: Flow) -> None:
    """Note what runs before any block of `statement`."""
    match statement:
        case ast.If() | ast.While():
            _read(statement.test, flow)
        case ast.For() | ast.AsyncFor():
            _read(statement.iter, flow)
            _bind(statement.target, flow)
        case ast.With() | ast.AsyncWith():
            for item in statement.items:
                _read(item.context_expr, flow)
                if item.optional_vars is not None:
                    _bind(item.optional_vars, flow)
        case ast.Match():
            _read(statement.subject, flow)


def _statement(statement: ast.stmt, flow: Flow) -> None:  # noqa: C901, PLR0912, PLR0915 - short cases.
    match statement:
        case ast.If():
            _read(statement.test, flow)
            _branches([statement.body, statement.orelse], flow)
        case ast.For() | ast.AsyncFor():
            _read(statement.iter, flow)
            inside = Flow(set(flow.surely), flow.read_first)
            _bind(statement.target, inside)
            _run(statement.body, inside)
            _run(statement.orelse, Flow(set(flow.surely), flow.read_first))
        case ast.While():
            _read(statement.test, flow)
            _run(statement.body, Flow(set(flow.surely), flow.read_first))
            _run(statement.orelse, Flow(set(flow.surely), flow.read_first))
        case ast.With() | ast.AsyncWith():
            _headers(statement, flow)
            _run(statement.body, flow)
        case ast.Try() | ast.TryStar():
            for block in (statement.body, statement.orelse, statement.finalbody):
                _run(block, Flow(set(flow.surely), flow.read_first))
            for handler in statement.handlers:
                if handler.type is not None:
                    _read(handler.type, flow)
                caught = {handler.name} if handler.name else set()
                _run(handler.body, Flow(flow.surely | caught, flow.read_first))
        case ast.Match():
            _read(statement.subject, flow)
            for one in statement.cases:
                names = {str(n) for p in ast.walk(one.pattern) for n in _pattern(p)}
                inside = Flow(flow.surely | names, flow.read_first)
                _read(one.pattern, inside)
                if one.guard is not None:
                    _read(one.guard, inside)
                _run(one.body, inside)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            _read(statement, flow)
            flow.surely.add(statement.name)
        case ast.Import() | ast.ImportFrom():
            flow.surely |= {one.asname or one.name.partition(".")[0] for one in statement.names}
        case ast.AugAssign():
            _read(statement.target, flow, stores=True)
            _read(statement.value, flow)
        case ast.Assign() | ast.AnnAssign():
            if statement.value is not None:
                _read(statement.value, flow)
                targets = statement.targets if isinstance(statement, ast.Assign) else []
                for target in targets or [statement.target]:  # type: ignore[union-attr]
                    _bind(target, flow)
        case ast.Return() | ast.Raise() | ast.Continue() | ast.Break():
            _read(statement, flow)
            flow.ended = True
        case ast.Delete():
            _read(statement, flow)
            flow.surely -= {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}
        case _:
            _read(statement, flow)


def _pattern(node: ast.AST) -> list[str]:
    return [one for one in (getattr(node, "name", None), getattr(node, "rest", None)) if one]


def _branches(blocks: list[list[ast.stmt]], flow: Flow) -> None:
    after: set[str] | None = None
    for block in blocks:
        inside = Flow(set(flow.surely), flow.read_first)
        _run(block, inside)
        if not inside.ended:
            after = inside.surely if after is None else after & inside.surely
    if after is None:
        flow.ended = True
    else:
        flow.surely = after


def _run(block: Iterable[ast.stmt], flow: Flow) -> None:
    for statement in block:
        _statement(statement, flow)


def _bind(target: ast.expr, flow: Flow) -> None:
    _read(target, flow)
    flow.surely |= {
        one.id
        for one in ast.walk(target)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }


def _read(node: ast.AST, flow: Flow, *, stores: bool = False) -> None:
    """Note what `node` reads, also in functions inside of it, and what a walrus surely binds."""
    for one in ast.walk(node):
        read = isinstance(one, ast.Name) and (stores or isinstance(one.ctx, ast.Load))
        if isinstance(one, ast.Name) and read and one.id not in flow.surely:
            flow.read_first.add(one.id)
    if isinstance(node, ast.NamedExpr) and isinstance(node.target, ast.Name):
        flow.surely.add(node.target.id)
