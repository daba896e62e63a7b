"""Many versions of some code against many checks, in one run of the sandbox.

A start of the sandbox costs a tenth of a second, a fork in it a hundredth: so hundreds of versions
can be tried. Each has a process of its own inside (`sandbox/trial_child.py`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.sandbox.limits import MIB, Limits
from pillion.sandbox.protection import interpreter
from pillion.sandbox.run import best, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pillion.sandbox.outcome import Protection

_CHILD = Path(__file__).with_name("trial_child.py")
_MARK = "\x1etrial\x1e"


@dataclass(frozen=True, slots=True)
class Check:
    """A few lines of Python behind the code; the code passes when they end without an error."""

    name: str
    code: str
    """With `observe` the last line is an expression, whose value is told and never judged."""
    observe: bool = False


class End(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    WRONG = "wrong"
    """An assertion failed."""
    RAISED = "raised"
    TIME = "time"
    SEEN = "seen"
    """The value that was to be observed is in `got`."""
    LEFT_OUT = "left out"
    """An earlier check failed, or the time for all was over."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one check of one version."""

    end: End
    got: str = ""
    """The value on the left of the assertion's ``==``, or the one that was observed."""
    expected: str = ""
    error: str = ""
    """Type and message of the exception."""
    line: int = 0
    """The line of the version that raised it, from 1; 0 where none did."""
    locals: str = ""
    """Names and values there."""
    seconds: float = 0.0
    """Of the processor, for this check."""
    arcs: frozenset[tuple[int, int]] = frozenset()
    """Lines of the version, from 1, that came one after the other, where that was asked for."""

    @property
    def passed(self) -> bool:
        """Whether the check passed."""
        return self.end is End.PASSED


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a trial may take."""

    each: float = 1.0
    """Seconds of the processor for one check of one version."""
    whole: float = 30.0
    """Seconds of all of them together; what comes later is left out."""
    memory_bytes: int = 192 * MIB
    """Of one version."""


def trial(
    versions: Sequence[str],
    checks: Sequence[Check],
    bounds: Bounds | None = None,
    *,
    all_checks: bool = False,
    arcs: bool = False,
    files: Mapping[str, str] | None = None,
    protection: Protection | None = None,
) -> list[list[Outcome]]:
    """Run every check on every version: a row per version, an outcome per check.

    A version that fails a check is done with, unless `all_checks`. `files` lie beside the code and
    can be imported. Blocks; raises `SandboxError` where there is no sandbox.
    """
    bounds = bounds or Bounds()
    if not versions or not checks:
        return [[] for _ in versions]
    protection = protection or best()
    plan = {
        "versions": list(versions),
        "checks": [asdict(check) for check in checks],
        "all": all_checks,
        "arcs": arcs,
        **asdict(bounds),
    }
    child = _CHILD.read_text(encoding="utf-8")
    result = run(
        [interpreter(protection), "-I", "-B", "trial_child.py"],
        files={**(files or {}), "trial_child.py": child, "plan.json": json.dumps(plan)},
        limits=Limits(
            seconds=bounds.whole + 10,
            cpu_seconds=int(bounds.whole) + 10,
            memory_bytes=bounds.memory_bytes * 3,
            output_bytes=8 * MIB,
        ),
        protection=protection,
    )
    return _outcomes(result.stdout, len(versions), len(checks))


def _outcomes(output: str, versions: int, checks: int) -> list[list[Outcome]]:
    """Read what the child printed; what is missing or damaged is left out."""
    table = [[Outcome(End.LEFT_OUT)] * checks for _ in range(versions)]
    for line in output.split("\n"):
        if not line.startswith(_MARK):
            continue
        try:
            index, rows = json.loads(line[len(_MARK) :])
            for place, row in enumerate(rows[:checks]):
                way = frozenset((first, last) for first, last in row.pop("arcs", ()))
                table[index][place] = Outcome(**{**row, "end": End(row["end"]), "arcs": way})
        except (ValueError, TypeError, KeyError, IndexError):
            continue
    return table
