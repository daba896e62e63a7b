"""Where the user asks what can be done: a selection, the code around it, its diagnostics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pillion.syntax.definitions import definitions
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse

if TYPE_CHECKING:
    from pillion.context.index.index import Index
    from pillion.syntax.definitions import Definition
    from pillion.syntax.languages import Language
    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic of another tool; offsets are code points."""

    start: int
    end: int
    message: str
    source: str = ""
    code: str = ""
    severity: str = "error"
    """``error``, ``warning``, ``information`` or ``hint``."""


@dataclass(frozen=True)
class Place:
    """A range of a document. What is derived from it is worked out once, when it is asked for."""

    snapshot: Snapshot
    start: int
    end: int
    """Code-point offsets; the same where nothing is selected."""
    problems: tuple[Problem, ...] = ()
    path: str = ""
    """The file as the index names it, or the last part of its address."""
    index: Index | None = None
    """What is known of the workspace; None for a document outside of it."""

    @cached_property
    def language(self) -> Language:
        """The language of the document."""
        return language_of(self.snapshot.language, self.snapshot.uri)

    @cached_property
    def parsed(self) -> Parsed | None:
        """The tree; None where there is no grammar, or the text is too large or too garbled."""
        return parse(self.snapshot.text, self.language)

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """What the document defines, in its order."""
        return definitions(self.parsed) if self.parsed else ()

    @property
    def selected(self) -> str:
        """The selected text."""
        return self.snapshot.text[self.start : self.end]

    @property
    def is_selection(self) -> bool:
        """Whether the user has selected any code."""
        return bool(self.selected.strip())

    @cached_property
    def function(self) -> Definition | None:
        """The innermost function around the range."""
        return self.around("function", "method")

    def around(self, *kinds: str) -> Definition | None:
        """Return the innermost definition of these kinds that holds the range."""
        found = None
        first, last = self._lines
        for item in self.definitions:
            holds = item.line <= first and last <= item.end_line
            if item.kind in kinds and holds and (found is None or item.start >= found.start):
                found = item
        return found

    @property
    def _lines(self) -> tuple[int, int]:
        """First and last line with selected text; where nothing is selected, the cursor's."""
        text = self.selected
        start, end = self.start, self.end
        if text.strip():
            start += len(text) - len(text.lstrip())
            end = start + len(text.strip())
        lines = self.snapshot.lines
        return lines.at(start), lines.at(max(start, end - 1) if end > start else end)
