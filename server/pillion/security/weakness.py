"""One weakness in a text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weakness:
    """What is weak, where, and its number in the Common Weakness Enumeration."""

    cwe: int
    message: str
    """A sentence for the user; never a part of the code."""
    start: int
    end: int

    def __str__(self) -> str:
        return f"CWE-{self.cwe}: {self.message}"
