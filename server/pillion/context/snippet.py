"""A piece of code from elsewhere that may help at the cursor, with where it came from and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict


class Source(StrEnum):
    """What found a snippet."""

    SIMILAR = "similar"
    """Code like the lines around the cursor."""
    DEFINITION = "definition"
    """What an imported or used name is."""
    MEMBERS = "members"
    """The rest of the class around the cursor."""
    EDIT = "edit"
    """Where the user was working just now."""
    CLIPBOARD = "clipboard"
    DIAGNOSTIC = "diagnostic"
    """What another tool says about the lines around the cursor."""


class Provenance(TypedDict):
    """Where a snippet is from."""

    source: str
    path: str
    first: int
    last: int
    why: str


@dataclass(frozen=True, slots=True)
class Snippet:
    """Lines of a file, or a summary of them; `text` has no line break at its end."""

    source: Source
    path: str
    """Relative to the workspace, with slashes; empty where there is no file."""
    line: int
    end_line: int
    """First and last line of it in that file, from 0."""
    text: str
    score: float
    """How likely it helps; comparable between snippets of all sources, about 0 to 2."""
    why: str
    """For people: what made it a candidate."""

    def provenance(self) -> Provenance:
        """Return where it is from, without its text; lines from 1."""
        return {
            "source": self.source.value,
            "path": self.path,
            "first": self.line + 1,
            "last": self.end_line + 1,
            "why": self.why,
        }
