"""What judges versions of a function while it is repaired: tests, run in the sandbox only.

A `Judge` takes whole documents. `Trials` runs plain checks on hundreds of them in seconds.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from pillion.assist.failures import told
from pillion.assist.probes import probes
from pillion.sandbox.trial import Bounds, End, trial

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pillion.assist.reports import Failure
    from pillion.sandbox.trial import Check, Outcome


FIRST, HASTY, PATIENT, LONGEST = 0.05, 0.15, 1.0, 2.5
"""Seconds of the processor for one check: a right answer takes milliseconds most often.

At the first look at many versions, most of which may never end; beyond the tests; and else.
"""

EXAMPLES = 20.0
"""Seconds for the examples of a documentation, on all versions together."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one version did."""

    passed: int
    total: int
    """0 where it was not judged, for the time was over."""
    failures: str = ""
    """What failed, for the model and the user; empty where nothing did, or it was not asked."""
    failed: tuple[Failure, ...] = ()
    """The same, where a test runner told it."""
    printed: str = ""
    """What the tests printed, where that is known."""

    @property
    def good(self) -> bool:
        """Whether every test passed."""
        return 0 < self.total == self.passed


class Judge(Protocol):
    """Runs tests on versions of a document."""

    @property
    def most(self) -> int:
        """How many small changes are worth trying."""

    @property
    def batch(self) -> int:
        """How many are run before it is looked whether one passes."""

    async def judge(self, texts: Sequence[str], *, closely: bool = True) -> list[Verdict]:
        """Judge each; unless `closely` it may end at the first failure and says nothing of it."""

    async def behaviour(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Return what each does beyond the tests: the same for those that cannot be told apart.

        Empty where nothing beyond the tests is known to try.
        """


@dataclass(frozen=True)
class Trials:
    """Judges by checks. The failing ones come first, so that most versions end at the first."""

    name: str
    """The function that the checks call."""
    checks: tuple[Check, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 40.0
    """For all versions together."""
    most: int = 4000
    batch: int = 4000
    patience: float = PATIENT
    """Seconds of the processor for one check, where it is worth waiting."""

    async def judge(self, texts: Sequence[str], *, closely: bool = True) -> list[Verdict]:
        """Judge each version."""
        if closely:
            rows = await self._trial(
                texts, self.checks, Bounds(self.patience, self.seconds), closely=True
            )
        else:
            rows = await self._sifted(texts)
        return [
            self._verdict(text, row, closely=closely) for text, row in zip(texts, rows, strict=True)
        ]

    async def behaviour(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Call each version with arguments near those of the tests."""
        near = probes(self.name, self.checks)
        rows = await self._trial(texts, near, Bounds(HASTY, self.seconds), closely=True)
        return [tuple(map(_seen, row)) for row in rows]

    async def failing_first(self, text: str) -> Trials:
        """Return the same judge with the checks in the order in which they tell most.

        It waits longer where the text itself takes long.
        """
        bounds = Bounds(LONGEST, self.seconds)
        (row,) = await self._trial([text], self.checks, bounds, closely=True)
        pairs = sorted(zip(self.checks, row, strict=True), key=lambda pair: _rank(pair[1]))
        slowest = max((o.seconds for o in row if o.end is not End.TIME), default=0.0)
        checks = tuple(check for check, _ in pairs)
        return replace(self, checks=checks, patience=max(PATIENT, 3 * slowest))

    async def _sifted(self, texts: Sequence[str]) -> list[list[Outcome]]:
        """Look at many versions, first with little patience: most that take long never end."""
        rows = await self._trial(texts, self.checks, Bounds(FIRST, self.seconds), closely=False)
        if any(outcome.passed for row in rows for outcome in row[-1:]):
            return rows
        slow = [place for place, row in enumerate(rows) if _undecided(row)]
        again = [texts[place] for place in slow]
        bounds = Bounds(self.patience, self.seconds)
        second = await self._trial(again, self.checks, bounds, closely=False)
        for place, row in zip(slow, second, strict=True):
            rows[place] = row
        return rows

    async def _trial(
        self, texts: Sequence[str], checks: Sequence[Check], bounds: Bounds, *, closely: bool
    ) -> list[list[Outcome]]:
        return await asyncio.to_thread(
            trial, texts, checks, bounds, all_checks=closely, files=self.files
        )

    def _verdict(self, text: str, row: Sequence[Outcome], *, closely: bool) -> Verdict:
        if all(outcome.end is End.LEFT_OUT for outcome in row):
            return Verdict(0, 0)
        passed = sum(outcome.passed for outcome in row)
        return Verdict(passed, len(row), told(self.checks, row, text) if closely else "")


async def wrong_answers(texts: Sequence[str], examples: Sequence[Check]) -> list[int]:
    """Return how many examples of its documentation each text answers otherwise.

    One that cannot run here, since what it needs is elsewhere, says nothing.
    """
    bounds = Bounds(PATIENT, EXAMPLES)
    rows = await asyncio.to_thread(trial, texts, examples, bounds, all_checks=True)
    return [sum(outcome.end is End.WRONG for outcome in row) for row in rows]


def _undecided(row: Sequence[Outcome]) -> bool:
    """Whether more time could show that a version passes."""
    failed = next((o.end for o in row if not o.passed), End.PASSED)
    return failed in {End.TIME, End.LEFT_OUT}


def _rank(outcome: Outcome) -> tuple[int, float]:
    """Order checks: those that fail, those that don't end, those that pass; quick ones first."""
    return {End.WRONG: 0, End.RAISED: 0, End.TIME: 1}.get(outcome.end, 2), outcome.seconds


def _seen(outcome: Outcome) -> str:
    if outcome.end is End.SEEN:
        return outcome.got
    return f"! {outcome.end} {outcome.error.partition(':')[0]}"
