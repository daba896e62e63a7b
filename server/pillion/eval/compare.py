"""Two results of one suite compared, case by case. Pure.

Only cases that both hold count, so that a difference is never one of the sample.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pillion.base.errors import UsageError
from pillion.eval.paired import difference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Case:
    """One case answered one way, and what was measured."""

    id: str
    way: str
    measures: Mapping[str, float]

    def to_json(self) -> dict[str, object]:
        """Return it for a result file."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Change:
    """How one measure of one way changed from the first result to the second."""

    way: str
    measure: str
    first: float
    second: float
    low: float
    high: float
    """95 % interval of the mean difference, paired."""
    n: int
    rose: int
    fell: int

    @property
    def mean(self) -> float:
        """The mean difference."""
        return self.second - self.first

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    def to_json(self) -> dict[str, object]:
        """Return it with what follows from it."""
        return {**asdict(self), "mean": self.mean, "certain": self.certain}


def read_cases(result: Mapping[str, Any], name: str) -> list[Case]:
    """Return the cases of a result that `pillion eval … --json` printed."""
    try:
        return [Case(**row) for row in result["cases"]]
    except (KeyError, TypeError) as error:
        raise UsageError(f"{name} is not the result of an evaluation with --json.") from error


def compare(first: Sequence[Case], second: Sequence[Case]) -> list[Change]:
    """Return the change of every measure of every way that both have."""
    pairs = paired(first, second)
    changes = []
    for way in dict.fromkeys(case.way for case, _ in pairs):
        of_way = [pair for pair in pairs if pair[0].way == way]
        for measure in of_way[0][0].measures:
            both = [
                (a.measures[measure], b.measures[measure])
                for a, b in of_way
                if measure in b.measures
            ]
            if both:
                changes.append(_change(way, measure, both))
    return changes


def paired(first: Sequence[Case], second: Sequence[Case]) -> list[tuple[Case, Case]]:
    """Return the cases that both hold."""
    other = {(case.id, case.way): case for case in second}
    return [(case, found) for case in first if (found := other.get((case.id, case.way)))]


def _change(way: str, measure: str, both: Sequence[tuple[float, float]]) -> Change:
    found = difference(both)
    size = len(both)
    return Change(
        way=way,
        measure=measure,
        first=sum(a for a, _ in both) / size,
        second=sum(b for _, b in both) / size,
        low=found.low,
        high=found.high,
        n=size,
        rose=sum(b > a for a, b in both),
        fell=sum(b < a for a, b in both),
    )
