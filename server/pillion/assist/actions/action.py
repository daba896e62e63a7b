"""What an action is: offered without a model, done with one or without, and what comes of it.

Place -> Action.offer -> Offer          at every move of the cursor: cheap, no model, no files
Place, Offer.arguments -> Action.perform -> Change, Page, Declined or Nothing
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from pillion.assist.actions.place import Place, Problem
    from pillion.base.outcome import Nothing
    from pillion.base.settings import Settings
    from pillion.engine.base import Cancel, Engine
    from pillion.text.edits import Edit
    from pillion.text.snapshot import Snapshot

QUICK_FIX = "quickfix"
EXTRACT = "refactor.extract"
INLINE = "refactor.inline"
REWRITE = "refactor.rewrite"
SOURCE = "source"
"""Kinds of the protocol. Others may follow behind a dot, such as ``source.pillion.review``."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be done at a place."""

    title: str
    """Says what is done, and who does it: ``(Pillion)`` where a model writes text."""
    kind: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    """Plain JSON values that `Action.perform` gets back."""
    problems: tuple[Problem, ...] = ()
    """The diagnostics that it is an answer to."""
    disabled: str = ""
    """Why it can't be done here, for the user; empty where it can."""
    edits: bool = True
    """Whether edits come of it; False for a page to read."""


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """Edits of one document. A new file has an empty snapshot and one edit."""

    snapshot: Snapshot
    edits: tuple[Edit, ...]
    """They don't overlap; offsets of the snapshot's text."""
    creates: bool = False
    about: tuple[int, int] | None = None
    """The range that the edits were made from: if it changes meanwhile, they are of no use."""


@dataclass(frozen=True, slots=True)
class Change:
    """Edits that were checked. They are shown before they are made."""

    documents: tuple[DocumentChange, ...]
    label: str
    notes: tuple[str, ...] = ()
    """Remarks for the user beside the preview, such as a warning."""
    written_by_model: bool = True
    """False where syntax alone decides, so that nobody has to confirm it."""


@dataclass(frozen=True, slots=True)
class Page:
    """Text to read, in Markdown."""

    title: str
    markdown: str


@dataclass(frozen=True, slots=True)
class Declined:
    """What could not be done safely: why, and the text for the user to copy."""

    why: Nothing
    text: str = ""


Outcome: TypeAlias = "Change | Page | Declined | Nothing"


@dataclass(frozen=True, slots=True)
class Tools:
    """What an action may use while it works."""

    engine: Engine | Nothing
    """The model, or why there is none now."""
    settings: Settings
    cancel: Cancel
    report: Callable[[str], None] = lambda _: None
    """Gets a short line of what is being done."""
    stream: Callable[[str], None] = lambda _: None
    """Gets the text of a page piece by piece, while it is written."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that Pillion can do."""

    id: str
    kinds: tuple[str, ...]
    """The kinds of its offers, so that an editor that asks for others does not cost anything."""
    offer: Callable[[Place, Settings], Iterable[Offer]]
    """Called at every move of the cursor: milliseconds, never a model, never a file."""
    perform: Callable[[Place, Mapping[str, object], Tools], Awaitable[Outcome]]
    """Never raises for what a model wrote; raises `EngineError` where the model fails."""
