"""What became of suggestions, counted on this machine: the event and the day, nothing else.

One text file per month, a line per event, so that several servers can write at once and a crash
loses nothing. Nothing is sent anywhere; `pillion stats --delete` removes it all.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from pillion.base.paths import events_dir

if TYPE_CHECKING:
    from pathlib import Path

EVENTS = ("shown", "accepted", "partlyAccepted", "dismissed", "kept")
"""`kept`: what was accepted is still in its document half a minute later."""

KEPT_MONTHS = 13
"""Files, so that a year can be seen as a whole."""

Counts = dict[date, Counter[str]]


def note(event: str, day: date | None = None) -> None:
    """Count an event; a full or read-only disk is no reason to fail."""
    day = day or datetime.now(UTC).astimezone().date()
    path = events_dir() / f"{day:%Y-%m}.txt"
    with contextlib.suppress(OSError):
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            for old in _files()[: 1 - KEPT_MONTHS]:
                old.unlink(missing_ok=True)
        # Short lines are appended whole, also by several processes.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(handle, "a", encoding="ascii") as file:  # noqa: PTH123 - for its mode.
            file.write(f"{day:%d} {event}\n")


def read() -> Counts:
    """Return how often each event was on each day; what cannot be read is left out."""
    counts: Counts = {}
    for path in _files():
        try:
            lines = path.read_text(encoding="ascii", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            number, _, event = line.partition(" ")
            with contextlib.suppress(ValueError):
                day = date.fromisoformat(f"{path.stem}-{number}")
                if event in EVENTS:
                    counts.setdefault(day, Counter())[event] += 1
    return dict(sorted(counts.items()))


def delete() -> int:
    """Remove everything; return how many files there were."""
    found = _files()
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _files() -> list[Path]:
    try:
        return sorted(events_dir().glob("????-??.txt"))
    except OSError:
        return []
