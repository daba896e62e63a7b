"""A long session judged: does memory grow with use, do handles stay, is every request answered.

The session itself is driven by `pillion.commands.bench`, through real servers; here are the
figures. Growth is the median of the slopes between all pairs of samples (Theil and Sen), which a
peak or a garbage collection does not bend. A process that was started anew is compared with itself
only: pairs never span two lives.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pillion.eval.figures import Aim, at_least, at_most, median

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pillion.eval.memory import Footprint

GROWTH_MB = 1.0
"""Megabytes that a process may grow in 1,000 requests."""

_WARM_UP_SHARE = 0.2
"""Of the requests: until then caches fill."""

_SETTLING_SECONDS = 120.0
"""Of each life of a process: it loads the model, and its memory is touched for the first time."""

_ENOUGH = 1000
"""Requests behind a slope, at least."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one process used at one moment."""

    seconds: float
    """Since the session began."""
    requests: int
    """Sent so far to all servers."""
    process: str
    """`host`, or the name of a server."""
    life: int
    """The process id: another one after a restart."""
    footprint: Footprint

    def to_json(self) -> dict[str, object]:
        """Return a flat object."""
        facts: dict[str, object] = asdict(self)
        del facts["footprint"]
        return facts | asdict(self.footprint)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and what came of it."""

    method: str
    answers: int
    outcome: str
    """`answer`, `null`, or the code of the error."""


@dataclass(frozen=True, slots=True)
class Soak:
    """All that a session showed."""

    samples: Sequence[Sample]
    asked: Sequence[Asked]
    done: Mapping[str, int]
    """How often something was done that is no request: documents opened, files changed, kills."""


def summary(found: Soak) -> dict[str, object]:
    """Return the figures of each process and of the requests."""
    outcomes: dict[str, Counter[str]] = {}
    for one in found.asked:
        outcomes.setdefault(one.method, Counter())[one.outcome] += 1
    return {
        "requests": len(found.asked),
        "outcomes": {method: dict(counts.most_common()) for method, counts in outcomes.items()},
        "lost": _lost(found),
        "doubled": _doubled(found),
        "done": dict(found.done),
        "warm_up_requests": _warm_up(found),
        "processes": {name: _figures(found, name) for name in _names(found)},
    }


def aims(found: Soak) -> dict[str, Aim]:
    """Return the figures with their bounds."""
    judged = {
        "requests after warm-up": at_least(len(found.asked) - _warm_up(found), _ENOUGH),
        "lost answers": at_most(_lost(found), 0),
        "doubled answers": at_most(_doubled(found), 0),
    }
    for name in _names(found):
        judged[f"{name}: MB per 1,000 requests"] = at_most(_growth(found, name, _MEMORY), GROWTH_MB)
        # Threads of a pool come one by one, as they are needed; they are only reported.
        judged[f"{name}: handles more per 1,000 requests"] = at_most(
            _growth(found, name, _handles), 0
        )
    return judged


def slope(points: Sequence[tuple[int, float, float]]) -> float:
    """Return the median slope of y over x between points of the same life: (life, x, y)."""
    slopes = [
        (y2 - y1) / (x2 - x1)
        for (life1, x1, y1), (life2, x2, y2) in itertools.combinations(points, 2)
        if life1 == life2 and x2 != x1
    ]
    return median(slopes)


def settled(found: Soak, name: str) -> list[Sample]:
    """Return a process's samples after the warm-up, the first two minutes of each life left out."""
    mine = [one for one in found.samples if one.process == name]
    born: dict[int, float] = {}
    for one in mine:
        born.setdefault(one.life, one.seconds)
    least = _warm_up(found)
    return [
        one
        for one in mine
        if one.requests >= least and one.seconds - born[one.life] >= _SETTLING_SECONDS
    ]


def _memory(footprint: Footprint) -> float:
    return footprint.resident / 1e6


def _handles(footprint: Footprint) -> float:
    return footprint.handles


def _threads(footprint: Footprint) -> float:
    return footprint.threads


_MEMORY = _memory
_COUNTS: Mapping[str, Callable[[Footprint], float]] = {"handles": _handles, "threads": _threads}


def _names(found: Soak) -> list[str]:
    return list(dict.fromkeys(one.process for one in found.samples))


def _warm_up(found: Soak) -> int:
    return round(len(found.asked) * _WARM_UP_SHARE)


def _growth(found: Soak, name: str, measure: Callable[[Footprint], float]) -> float:
    """Return how much more there is of something after 1,000 more requests."""
    samples = settled(found, name)
    return 1000 * slope([(one.life, one.requests, measure(one.footprint)) for one in samples])


def _figures(found: Soak, name: str) -> dict[str, object]:
    samples = settled(found, name)
    sizes = [_memory(one.footprint) for one in samples]
    return {
        "lives": len({one.life for one in found.samples if one.process == name}),
        "samples": len(samples),
        "mb_first": sizes[0] if sizes else None,
        "mb_last": sizes[-1] if sizes else None,
        "mb_most": max(sizes, default=None),
        "mb_per_1000_requests": _growth(found, name, _MEMORY),
        "proportional_mb_per_1000_requests": _growth(
            found, name, lambda footprint: footprint.proportional / 1e6
        ),
        **{what: _counted(samples, measure) for what, measure in _COUNTS.items()},
    }


def _counted(
    samples: Sequence[Sample], measure: Callable[[Footprint], float]
) -> dict[str, float | None]:
    values = [measure(one.footprint) for one in samples]
    return {
        "least": min(values, default=None),
        "median": median(values),
        "most": max(values, default=None),
    }


def _lost(found: Soak) -> int:
    return sum(one.answers == 0 for one in found.asked)


def _doubled(found: Soak) -> int:
    return sum(one.answers > 1 for one in found.asked)
