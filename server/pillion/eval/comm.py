"""The tasks of HumanEvalComm: each as it is clear, ambiguous, contradictory and incomplete.

A reference solves the clear form. It judges what is written and answers what is asked, and is
never shown to the model.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pillion.assist.clarify.behaviour import LOOPS, NOTHING, outcomes
from pillion.assist.clarify.evidence import same
from pillion.assist.clarify.stated import arguments
from pillion.base.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DATA = "HumanEvalComm.jsonl.gz"

CLEAR = "clear"
FORMS = {CLEAR: "prompt", "1a": "prompt1a", "1c": "prompt1c", "1p": "prompt1p"}
"""The forms by their short names; the digits and letters are those of the data set."""

KINDS = {"1a": "ambiguous", "1c": "contradictory", "1p": "incomplete"}

_TURNS = (("1a", "1c"), ("1c", "1p"), ("1p", "1a"))
"""Two of the variants for each task, so that every kind comes as often."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A task in several forms."""

    id: str
    name: str
    forms: Mapping[str, str]
    solution: str
    calls: tuple[str, ...]
    """Arguments of the tests."""

    @property
    def clear(self) -> str:
        """The clear form."""
        return self.forms[CLEAR]

    def reference(self, calls: Sequence[str]) -> tuple[str, ...]:
        """Return what the reference does."""
        return _known(self.solution, self.name, tuple(calls))

    def passes(self, module: str, name: str) -> bool:
        """Whether a function does what the reference does on all tests."""
        wanted = self.reference(self.calls)
        known = [
            (call, outcome)
            for call, outcome in zip(self.calls, wanted, strict=True)
            if outcome not in {LOOPS, NOTHING}
        ]
        got = outcomes(module, name, [call for call, _ in known])
        return bool(known) and all(map(same, got, [outcome for _, outcome in known]))


@lru_cache(maxsize=256)
def _known(solution: str, name: str, calls: tuple[str, ...]) -> tuple[str, ...]:
    return outcomes(solution, name, calls)


def load_problems(data: Path, *, sample: int, seed: int, offset: int = 0) -> list[Problem]:
    """Choose `sample` tasks behind the first `offset`; the order depends on the seed only.

    Each has its clear form and two variants, in turn.
    """
    try:
        with gzip.open(data / DATA, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
    except (OSError, ValueError) as error:
        raise UsageError(f"{data} holds no {DATA}: {error}.") from error
    mixed = random.Random(seed).sample(rows, len(rows))  # noqa: S311 - a sample, no secret.
    chosen = list(enumerate(mixed))[offset : offset + sample]
    return [_problem(row, _TURNS[index % len(_TURNS)]) for index, row in chosen]


def _problem(row: dict[str, Any], variants: Sequence[str]) -> Problem:
    forms = {form: row[FORMS[form]] for form in (CLEAR, *variants) if row.get(FORMS[form])}
    tests = row["test_case"]
    tests = json.loads(tests) if isinstance(tests, str) else tests
    calls = [call for test in tests if (call := arguments(str(test["input"]))) is not None]
    return Problem(row["name"], row["entry_point"], forms, row["solution"], tuple(calls))


def words(text: str) -> str:
    """Return a text in one line of words in lower case."""
    return re.sub(r"\s+", " ", text).lower()
