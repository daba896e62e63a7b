"""Is a changed function faster, and does it still do the same? Found out by running both.

    calls of the examples, of the model, near those -> the same outcome for all, or it is refused
    the same calls with larger values -> seconds of the processor, of the old and the new

Everything runs in the sandbox. What a function is called with in truth nobody knows, so the note
says what was measured.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.probes import calls, near
from pillion.assist.testwriting import seeds_of
from pillion.base.outcome import Nothing, Reason
from pillion.sandbox.trial import Bounds, Check, End, trial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.repair import Function
    from pillion.engine.base import Cancel, Engine
    from pillion.sandbox.trial import Outcome

LEAST = 1.2
"""How many times faster a change must be to be worth anything: less is noise."""

FEWEST = 3
"""Calls that must give a value before anything is said."""

_GROWTH = (1, 4, 16, 64, 256, 1024)
_SHORTEST = 0.002
"""Seconds below which a time says nothing."""

_ENOUGH = 0.02
"""Seconds after which nothing larger need be tried."""

_MOST_CALLS = 24
_MOST_GROWN = 4
_BOUNDS = Bounds(each=1.5, whole=30.0)
_TIMED = Bounds(each=6.0, whole=60.0)
_NUMBERS = re.compile(r"\[[0-9.e+, -]*\]")


@dataclass(frozen=True, slots=True)
class Faster:
    """What was measured."""

    ratio: float
    calls: int
    """Calls on which both do the same."""
    on: str
    """What was timed."""

    def __str__(self) -> str:
        return (
            f"{self.ratio:.1f} times as fast for `{self.on}`; "
            f"{self.calls} calls give the same as before."
        )


async def compare(
    function: Function, after: str, engine: Engine | None, cancel: Cancel
) -> Faster | Nothing | None:
    """Return how much faster `after` is, or why it is not to be had; None if nobody knows.

    `after` is the document with the change. Raises `EngineError` when the model cannot answer,
    `SandboxError` where there is no sandbox.
    """
    seeds = await seeds_of(function, engine, cancel)
    known = list(dict.fromkeys([*seeds, *near(function.name, seeds)]))[:_MOST_CALLS]
    values = [
        arguments
        for call in seeds
        for arguments in calls(function.name, call)
        if any(isinstance(value, int | list | str | tuple) for value in arguments)
    ][:_MOST_GROWN]
    sizes = [
        [f"({', '.join(_grown(value, factor) for value in arguments)},)" for factor in _GROWTH]
        for arguments in values
    ]
    versions = [function.document, after]
    checks = [Check(call, call, observe=True) for call in known]
    old, new = await asyncio.to_thread(trial, versions, checks, _BOUNDS, all_checks=True)
    for check, was, now in zip(checks, old, new, strict=True):
        if was.end not in {End.TIME, End.LEFT_OUT} and _seen(was) != _seen(now):
            told = f"`{_short(check.code)}` gives {_short(_seen(now))}, not {_short(_seen(was))}."
            return Nothing(Reason.UNSAFE, told)
    same = sum(one.end is End.SEEN for one in old)
    if same < FEWEST or not sizes:
        return None
    timed = [Check(row[0], _timing(function.name, row), observe=True) for row in sizes]
    old, new = await asyncio.to_thread(trial, versions, timed, _TIMED, all_checks=True)
    pairs = [
        (was, now, f"{function.name}{arguments}")
        for row, first, second in zip(sizes, old, new, strict=True)
        for arguments, was, now in zip(row, _times(first), _times(second), strict=False)
        if was >= _SHORTEST
    ]
    return _judged(pairs, same)


def _judged(pairs: Sequence[tuple[float, float, str]], same: int) -> Faster | Nothing | None:
    """Compare the times of the call that takes the old version longest."""
    if not pairs:
        return None
    was, now, call = max(pairs)
    ratio = was / max(now, 1e-6)
    if ratio < LEAST:
        return Nothing(Reason.NOT_FASTER, f"It takes {1 / ratio:.2f} times as long as before.")
    return Faster(ratio, same, _short(call.replace(",)", ")")))


def _grown(value: object, factor: int) -> str:
    """Return the source of a value so many times as large."""
    if factor == 1 or isinstance(value, bool):
        return repr(value)
    if isinstance(value, int):
        return repr(value * factor)
    if isinstance(value, list | tuple | str) and value:
        return f"{value!r} * {factor}"
    return repr(value)


def _timing(name: str, sizes: Sequence[str]) -> str:
    """Return code whose value is how long a call takes, for larger and larger values.

    It ends with the first that takes long enough to be compared.
    """
    return (
        "import time as __time\n"
        "__times = []\n"
        f"for __size in ({', '.join(f'lambda: {size}' for size in sizes)},):\n"
        "    __best = 9e9\n"
        "    for __turn in range(3):\n"
        "        __values = __size()\n"
        "        __start = __time.perf_counter()\n"
        f"        {name}(*__values)\n"
        "        __best = min(__best, __time.perf_counter() - __start)\n"
        f"        if __best > {5 * _ENOUGH}:\n"
        "            break\n"
        "    __times.append(__best)\n"
        f"    if __best > {_ENOUGH}:\n"
        "        break\n"
        "__times"
    )


def _times(outcome: Outcome) -> list[float]:
    if outcome.end is not End.SEEN or not _NUMBERS.fullmatch(outcome.got):
        return []
    return [float(number) for number in outcome.got.strip("[]").split(",") if number]


def _seen(outcome: Outcome) -> str:
    if outcome.end is End.SEEN:
        return outcome.got
    return f"{outcome.error.partition(':')[0] or outcome.end.value}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
