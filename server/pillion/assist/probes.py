"""Calls beyond the tests, to see whether versions of a function that pass them do the same.

Derived from the calls in the tests: the same arguments, a little changed. What is right for them
nobody knows; only agreement counts. Pure.
"""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING

from pillion.sandbox.trial import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST = 40
_LONGEST = 400


def probes(name: str, checks: Iterable[Check], most: int = MOST) -> list[Check]:
    """Return calls of the function `name`; none where the tests have no plain ones."""
    seen = [arguments for check in checks for arguments in calls(name, check.code)]
    seen.sort(key=lambda arguments: len(repr(arguments)))
    found: dict[str, Check] = {}
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
    streams = [
        ((*arguments[:place], other, *arguments[place + 1 :]) for other in _others(value))
        for place, value in enumerate(arguments)
    ]
    for turn in itertools.zip_longest(*streams):
        yield from (item for item in turn if item is not None)


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
    yield value + value[-1:]  # type: ignore[operator]
    yield value[:0]
    if not isinstance(value, str):
        for place, item in itertools.islice(enumerate(value), 3):
            for other in itertools.islice(_others(item), 2):
                changed = list(value)
                changed[place] = other
                yield type(value)(changed)  # type: ignore[call-arg]
