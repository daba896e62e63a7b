"""What candidates and examples say about a request, in figures. Pure."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.clarify.behaviour import LOOPS, NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.clarify.behaviour import Behaviours
    from pillion.assist.clarify.task import Example


@dataclass(frozen=True, slots=True)
class Findings:
    """Candidates held against the examples and against each other."""

    passing: tuple[int, ...]
    """Candidates that do what all examples say, and nothing that was rejected."""
    groups: tuple[tuple[int, ...], ...]
    """Those that behave alike, the largest group first: of the passing ones, else of all."""
    support: float
    """Share of the examples that a sample does, in the mean; 1 where there are none."""
    best: float
    """The same of the sample that does most, be it in another container (`alike`)."""
    consensus: float
    """How many samples agree on another outcome than an example's, in the mean."""


def findings(
    behaviours: Behaviours, examples: Sequence[Example], rejected: Sequence[Example] = ()
) -> Findings:
    """Hold candidates against examples, whose calls were among those run."""
    known = [example for example in examples if example.call in behaviours.calls]
    total = sum(behaviours.weights) or 1
    done = [
        [same(outcome, example.outcome) for outcome in behaviours.at(example.call)]
        for example in known
    ]
    everyone = range(len(behaviours.outcomes))
    wrong = [
        [same(outcome, example.outcome) for outcome in behaviours.at(example.call)]
        for example in rejected
        if example.call in behaviours.calls
    ]
    passing = tuple(
        index
        for index in everyone
        if all(row[index] for row in done) and not any(row[index] for row in wrong)
    )
    groups = _groups(behaviours, passing or tuple(everyone))
    shares = [sum(row[index] for row in done) / len(done) if done else 1.0 for index in everyone]
    near = [
        sum(alike(behaviours.at(one.call)[index], one.outcome) for one in known) / len(known)
        for index in everyone
        if known
    ]
    support = (
        sum(share * weight for share, weight in zip(shares, behaviours.weights, strict=True))
        / total
    )
    return Findings(
        passing,
        groups,
        support,
        max(near, default=1.0),
        _consensus(behaviours, known),
    )


def most_agreed(behaviours: Behaviours, among: Sequence[int]) -> int:
    """Return the candidate that does what most others do on most inputs.

    Softer than the largest group: one that differs on a single odd input still supports the
    others. Failing calls count for nothing, and the likeliest candidate, the first one, twice.
    """
    weights = [weight + (index == 0) for index, weight in enumerate(behaviours.weights)]
    rows = [
        [key(outcome) if value(outcome) else "" for outcome in row] for row in behaviours.outcomes
    ]

    def rank(index: int) -> tuple[int, int, int]:
        alike = sum(
            weight
            for row, weight in zip(rows, weights, strict=True)
            for mine, other in zip(rows[index], row, strict=True)
            if mine and mine == other
        )
        return alike, weights[index], -index

    return max(among, key=rank)


def same(outcome: str, expected: str) -> bool:
    """Whether an outcome is what was expected; numbers that are equal but for rounding are."""
    if outcome == expected:
        return True
    try:
        return _equal(ast.literal_eval(outcome), ast.literal_eval(expected))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def alike(outcome: str, expected: str) -> bool:
    """Whether an outcome is the same or holds the same: as a tuple, say, or alone in a list.

    An example tells which of these it is; none of them speaks against the text.
    """
    if same(outcome, expected):
        return True
    try:
        one, other = _held(ast.literal_eval(outcome)), _held(ast.literal_eval(expected))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return _equal(one, other)


def key(outcome: str) -> str:
    """Return a text that equal outcomes share: `2.0` and `2`, `True` and `1` compare equal."""
    text = re.sub(r"(?<![\w.'\"])(\d+)\.0(?![\w.])", r"\1", outcome)
    return {"True": "1", "False": "0"}.get(text, text)


def value(outcome: str) -> bool:
    """Whether an outcome is a value that can be written down."""
    return outcome not in {NOTHING, LOOPS} and not outcome.startswith(("raises ", "<"))


def _groups(behaviours: Behaviours, among: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    found: dict[tuple[str, ...], list[int]] = {}
    for index in among:
        row = behaviours.outcomes[index]
        found.setdefault(tuple(map(key, row)), []).append(index)
    useful = {row: group for row, group in found.items() if any(map(value, row))} or found
    groups = (tuple(group) for group in useful.values())
    return tuple(sorted(groups, key=lambda group: (-behaviours.weight(group), group)))


def _consensus(behaviours: Behaviours, examples: Sequence[Example]) -> float:
    """Return how far the samples agree on another outcome than the examples', in the mean."""
    total = sum(behaviours.weights) or 1
    found = []
    for example in examples:
        other: dict[str, int] = {}
        for outcome, weight in zip(behaviours.at(example.call), behaviours.weights, strict=True):
            if value(outcome) and not alike(outcome, example.outcome):
                other[key(outcome)] = other.get(key(outcome), 0) + weight
        found.append(max(other.values(), default=0) / total)
    return sum(found) / len(found) if found else 0.0


def _held(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _equal(one: object, other: object) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
    if isinstance(one, list | tuple) and type(one) is type(other):
        others: Sequence[object] = other
        pairs = zip(one, others, strict=False)
        return len(one) == len(others) and all(_equal(a, b) for a, b in pairs)
    return one == other
