"""How much of a function some runs have covered: lines and branches, counted as coverage.py does.

The ways come from runs in the sandbox (`pillion.sandbox.trial`); what there is to be covered comes
from coverage.py's own reading of the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Arc = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Covered and all lines and branches."""

    lines: int
    all_lines: int
    branches: int
    all_branches: int

    @property
    def text(self) -> str:
        """For the user."""
        return (
            f"{self.lines} of {self.all_lines} lines, "
            f"{self.branches} of {self.all_branches} branches"
        )


@dataclass(frozen=True, slots=True)
class Coverable:
    """What there is to cover in some lines of a source."""

    lines: frozenset[int]
    branches: frozenset[Arc]

    def covered(self, arcs: Iterable[Arc]) -> frozenset[Arc | int]:
        """Return the lines and branches on these ways."""
        arcs = set(arcs)
        lines = {place for arc in arcs for place in arc} & self.lines
        return frozenset(lines) | (arcs & self.branches)

    def coverage(self, found: Iterable[Arc | int]) -> Coverage:
        """Count what was covered."""
        found = set(found)
        lines = sum(isinstance(item, int) for item in found)
        return Coverage(lines, len(self.lines), len(found) - lines, len(self.branches))


def coverable(source: str, first: int, last: int) -> Coverable:
    """Return what is to be covered from line `first` to `last`, counted from 1."""
    # Imported here: only whoever writes tests needs it.
    from coverage.exceptions import CoverageException  # noqa: PLC0415
    from coverage.parser import PythonParser  # noqa: PLC0415

    parser = PythonParser(text=source)
    try:
        parser.parse_source()
    except CoverageException:
        return Coverable(frozenset(), frozenset())
    lines = frozenset(line for line in parser.statements if first < line <= last)
    forks = {line for line, exits in parser.exit_counts().items() if exits > 1}
    arcs = parser.arcs()
    return Coverable(lines, frozenset(arc for arc in arcs if arc[0] in forks & lines))
