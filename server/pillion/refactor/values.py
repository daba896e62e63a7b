"""What is asked of a refactoring and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pillion.base.outcome import Nothing, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.text.edits import Edit
    from pillion.text.snapshot import Snapshot

EXTRACT = "refactor.extract"
INLINE = "refactor.inline"
REWRITE = "refactor.rewrite"
RENAME = "refactor.rename"
ORGANIZE = "source.organizeImports"


@dataclass(frozen=True, slots=True)
class Refactoring:
    """One refactoring that can be done at a place."""

    id: str
    title: str
    kind: str
    disabled: str = ""
    """Why it would not be safe here; empty where it is."""


@dataclass(frozen=True, slots=True)
class Request:
    """A range of a document, and a name where the user or a model has chosen one."""

    snapshot: Snapshot
    start: int
    end: int
    name: str = ""

    @property
    def text(self) -> str:
        """The text of the document."""
        return self.snapshot.text

    @property
    def trimmed(self) -> tuple[int, int]:
        """The range without the blanks at its ends."""
        start, end = sorted((max(0, self.start), min(len(self.text), max(0, self.end))))
        selected = self.text[start:end]
        start += len(selected) - len(selected.lstrip())
        return start, max(start, start + len(selected.strip()))


Edits: TypeAlias = "tuple[Edit, ...]"


@dataclass(frozen=True, slots=True)
class Plan:
    """Edits, and the check of the text that comes of them."""

    edits: Edits
    holds: Callable[[], bool] = lambda: True
    """Costs as much as parsing the text anew, so an offer does without it."""


Maker: TypeAlias = "Callable[[Request], Plan | Nothing]"
"""Plans one refactoring, or says why there is none."""


def unsafe(why: str) -> Nothing:
    """Return a refusal: the construct is there, but its meaning could change."""
    return Nothing(Reason.UNSAFE, why)


def not_here(why: str = "") -> Nothing:
    """Return that there is nothing to do the refactoring to."""
    return Nothing(Reason.NO_CODE_HERE, why)


def applied(text: str, edits: Edits) -> str:
    """Return `text` with edits made that don't overlap."""
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = edit.apply(text)
    return text
