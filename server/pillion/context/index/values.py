"""What questions to the index are answered with.

Paths are those of files relative to the workspace's root, with slashes on every system.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pillion.syntax.outline import Definition

STOPPED = "It was stopped."
"""The `Refreshed.problem` of a walk that nobody wanted any more."""


@dataclass(frozen=True, slots=True)
class Found:
    """A definition and the file that holds it."""

    path: str
    definition: Definition


@dataclass(frozen=True, slots=True)
class Target:
    """Where an imported name leads."""

    path: str
    name: str
    """The name in that file; `ALL` means the file itself, or everything in it."""
    alias: str
    """The name in the importing file; empty where `ALL` is imported without a name."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to search for."""

    words: tuple[str, ...]
    """Those of `pillion.context.index.words`."""
    limit: int
    languages: Collection[str] = ()
    """Ids of the languages that count; empty for any."""
    exclude: Collection[str] = ()
    """Paths that do not count."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that is like what was searched for, as it is now."""

    path: str
    language: str
    start: int
    end: int
    line: int
    end_line: int
    score: float
    """BM25; comparable only with other hits of the same search."""
    text: str


@dataclass(frozen=True, slots=True)
class Stats:
    """How much an index holds."""

    files: int = 0
    definitions: int = 0
    imports: int = 0
    references: int = 0
    chunks: int = 0
    bytes: int = 0
    """Size of the database."""
    languages: Mapping[str, int] = field(default_factory=dict)
    """Files by language."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of a refresh."""

    done: int
    """Files that were looked at."""
    total: int
    """Files there are; 0 while they are still being counted."""
    changed: int
    """Files that were read because they are new or have changed."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did."""

    files: int = 0
    """Files that are indexed now."""
    changed: int = 0
    removed: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Files and folders that are not indexed, by the reason."""
    seconds: float = 0.0
    problem: str = ""
    """Why it did not come to its end; a sentence for the user."""
