"""What a linter says of a text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pillion.text.edits import Edit


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark on a range of a text, in code points."""

    start: int
    end: int
    tool: str
    code: str
    """The rule's own name: ``F401``, ``arg-type``."""
    message: str
    edits: tuple[Edit, ...] = ()
    """What would mend it without changing what the code does, where the tool knows it."""

    def __str__(self) -> str:
        return f"{self.tool} says: {self.message.rstrip('.')} ({self.code})."


def new(before: Iterable[Remark], after: Iterable[Remark]) -> list[Remark]:
    """Return what is said of a text that was not said of it before, wherever it stood."""
    known = Counter(map(str, before))
    found = []
    for one in after:
        if known[str(one)] > 0:
            known[str(one)] -= 1
        else:
            found.append(one)
    return found
