"""Which model suits this machine: the largest one that keeps the latency contract in its memory.

Speed is measured with the models that are here; that of another one is estimated from its size,
since both reading and writing a token go through the whole file. Pure arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.contract import Speed, plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pillion.base.settings import Settings

LEAST_WINDOW = 128
"""Tokens that a first suggestion must be made from, at least: with fewer, the model hardly sees the
function that the cursor is in."""

MEMORY_SHARE = 0.5
"""Share of the machine's memory that a model may take beside the editor and the rest."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that might suit."""

    name: str
    size: int
    """Bytes of its file."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model did on this machine."""

    read: float
    """Tokens per second."""
    write: float
    memory: int
    """Bytes; 0 where the system does not say."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a model would do here, and whether it suits."""

    name: str
    read: float
    write: float
    memory: int
    first_window: int
    """Tokens of code that the first suggestion at a new place is made from, within the target."""
    estimated: bool
    suits: bool
    why: str
    """Why it does not; empty where it does."""


def judge(
    candidates: Sequence[Candidate],
    measured: Mapping[str, Measured],
    settings: Settings,
    memory: int,
) -> list[Verdict]:
    """Return a verdict on each candidate, in the same order; at least one must be measured.

    `memory` is what the machine has, in bytes; 0 where that is not known.
    """
    sizes = {one.name: one.size for one in candidates}
    known = [(sizes[name], found) for name, found in measured.items() if name in sizes]
    verdicts = []
    for one in candidates:
        found = measured.get(one.name)
        estimated = found is None
        if found is None:
            size, nearest = min(known, key=lambda pair: abs(pair[0] - one.size))
            found = _scaled(nearest, one.size / size, one.size - size)
        verdicts.append(_verdict(one.name, found, settings, memory, estimated=estimated))
    return verdicts


def best(verdicts: Sequence[Verdict], candidates: Sequence[Candidate]) -> Verdict:
    """Return the largest that suits; where none does, the smallest."""
    sizes = {one.name: one.size for one in candidates}
    fitting = [one for one in verdicts if one.suits]
    if fitting:
        return max(fitting, key=lambda one: sizes[one.name])
    return min(verdicts, key=lambda one: sizes[one.name])


def _scaled(found: Measured, ratio: float, more: int) -> Measured:
    memory = found.memory + more if found.memory else 0
    return Measured(found.read / ratio, found.write / ratio, memory)


def _verdict(
    name: str, found: Measured, settings: Settings, memory: int, *, estimated: bool
) -> Verdict:
    allowed = plan(Speed(found.read, found.write), settings)
    why = ""
    if memory and found.memory > memory * MEMORY_SHARE:
        why = "It takes more than half of the memory."
    elif allowed.quick_tokens < LEAST_WINDOW:
        why = f"It could read {allowed.quick_tokens} tokens only before a first suggestion is due."
    elif not allowed.blocks and settings.lines == "auto":
        why = "It writes too slowly for suggestions of several lines."
    return Verdict(
        name=name,
        read=found.read,
        write=found.write,
        memory=found.memory,
        first_window=allowed.quick_tokens,
        estimated=estimated,
        suits=not why,
        why=why,
    )
