"""Calls beyond the tests, to see whether versions of a function that pass them do the same.

Derived from the tests: the same calls with arguments a little changed; where a test builds what it
passes in several lines, the same lines with one left out, or another number or name. What is right
for them nobody knows; only agreement counts. Pure.
"""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING

from pillion.sandbox.trial import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST = 60
_LONGEST = 400


def probes(name: str, checks: Iterable[Check], most: int = MOST) -> list[Check]:
    """Return calls of the function `name` that the checks don't make."""
    checks = list(checks)
    seen = [arguments for check in checks for arguments in calls(name, check.code)]
    seen.sort(key=lambda arguments: len(repr(arguments)))
    found: dict[str, Check] = {}
    if not seen:
        return _changed(checks, most)
    streams = [_near(arguments) for arguments in seen[:12]]
    for turn in itertools.zip_longest(*streams):
        for arguments in turn:
            if arguments is None:
                continue
            call = f"{name}({', '.join(map(repr, arguments))})"
            if len(call) <= _LONGEST:
                found.setdefault(call, Check(call, call, observe=True))
            if len(found) >= most:
                return list(found.values())
    return list(found.values())


def near(name: str, seeds: Iterable[str], most: int = MOST) -> list[str]:
    """Return calls near some calls of `name`."""
    return [probe.code for probe in probes(name, [Check(call, call) for call in seeds], most)]


def _changed(checks: Sequence[Check], most: int) -> list[Check]:
    """Return tests with their preparation a little changed, and the asserted value observed."""
    streams = [_other_preparations(check.code) for check in checks]
    found = [code for turn in itertools.zip_longest(*streams) for code in turn if code is not None]
    return [Check(code, code, observe=True) for code in dict.fromkeys(found)][:most]


def _other_preparations(code: str) -> Iterator[str]:
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError):
        return
    if not isinstance(body[-1], ast.Assert):
        return
    test = body[-1].test
    value = ast.unparse(test.left if isinstance(test, ast.Compare) else test)
    lines = [ast.unparse(statement) for statement in body[:-1]]
    for place, line in enumerate(lines):
        before, after = lines[:place], [*lines[place + 1 :], value]
        plain = "\n" not in line and line.isascii()
        for node in ast.walk(ast.parse(line)) if plain else ():
            if not isinstance(node, ast.expr):
                continue
            for other in _others_in(node, _assigned(body[:place])):
                changed = line[: node.col_offset] + other + line[node.end_col_offset :]
                yield "\n".join([*before, changed, *after])
        assigns = _assigned(body[place : place + 1])
        if not assigns and not line.startswith(("import ", "from ")):
            yield "\n".join([*before, *after])


def _others_in(node: ast.expr, names: Sequence[str]) -> Iterator[str]:
    """Return what could stand in the place of a number or a name."""
    match node:
        case ast.Constant(value=int(value)) if type(value) is int:
            yield from (str(value + 1), str(-value))
        case ast.Name(id=name, ctx=ast.Load()) if name in names:
            yield from [other for other in names if other != name][-3:]


def _assigned(body: Sequence[ast.stmt]) -> list[str]:
    return [
        target.id
        for statement in body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]


def calls(name: str, code: str) -> list[tuple[object, ...]]:
    """Return the arguments of the calls of `name` that are written out as plain values."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return []
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=called), args=args, keywords=[]) if called == name:
                try:
                    found.append(tuple(ast.literal_eval(argument) for argument in args))
                except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                    continue
    return found


def _near(arguments: tuple[object, ...]) -> Iterator[tuple[object, ...]]:
    """Return argument lists near one, one argument changed."""
    streams = [_with(arguments, place) for place in range(len(arguments))]
    for turn in itertools.zip_longest(*streams):
        yield from (item for item in turn if item is not None)


def _with(arguments: tuple[object, ...], place: int) -> Iterator[tuple[object, ...]]:
    for other in _others(arguments[place]):
        yield (*arguments[:place], other, *arguments[place + 1 :])


def _others(value: object) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value - 1, 0, 1, 2 * value)
        case float():
            yield from (value + 1.0, value / 2, 0.0)
        case str() | list() | tuple():
            yield from _sequences(value)
        case dict() | set():
            yield type(value)()


def _sequences(value: Sequence[object]) -> Iterator[object]:
    yield value[:-1]
    yield value[1:]
    if len(value) > 1:
        yield value[::2]
        yield value[: len(value) // 2]
    yield value[:1]
    yield value + value  # type: ignore[operator]
    yield value[::-1]
    yield value + value[-1:]  # type: ignore[operator]
    yield value[:0]
    if not isinstance(value, str):
        for place, item in itertools.islice(enumerate(value), 3):
            for other in itertools.islice(_others(item), 2):
                changed = list(value)
                changed[place] = other
                yield type(value)(changed)  # type: ignore[call-arg]
