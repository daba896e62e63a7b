"""What a download says about itself while it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """What a pull is doing."""

    WAITING = "waiting"
    """Another process is fetching the same model."""
    RESUMING = "resuming"
    """Reading what an earlier attempt has left."""
    DOWNLOADING = "downloading"
    VERIFYING = "verifying"
    FAILED = "failed"
    """A source gave up, for the reason in `note`; the next one is tried, if there is one."""


@dataclass(frozen=True, slots=True)
class PullProgress:
    """One moment of a pull. `done` may fall when a source has to start over."""

    source: str
    done: int
    total: int
    phase: Phase
    note: str = ""


Report = Callable[[PullProgress], None]
"""Gets the progress, in the thread that pulls. What it raises ends the pull; the bytes stay."""
