"""Stage timings of one request. Holds names and numbers only, never source text."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Trace:
    """What one request did: milliseconds per stage, in the order the stages first ran."""

    stages: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block and add it to the stage called `name`."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, (time.perf_counter() - started) * 1000)

    def add(self, name: str, milliseconds: float) -> None:
        """Add `milliseconds` to the stage called `name`."""
        self.stages[name] = self.stages.get(name, 0.0) + milliseconds

    def note(self, sentence: str) -> None:
        """Keep a remark for the user, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)
