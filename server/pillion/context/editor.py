"""What the editor knows beyond the document, as one frozen value per request.

    recent changes, visited places, open documents, diagnostics, clipboard -> EditorState

Secrets are hidden in everything here but the open documents, which are whole; what is cut out of
those is redacted by whoever cuts. Documents that are private by their name or place are not here
at all (`pillion.context.exclusion`). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from pillion.context.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pillion.context.recent import RecentEdit, Visit
    from pillion.text.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A problem that the editor shows in a document, of whatever language server."""

    first: int
    last: int
    """Lines, from 0."""
    severity: str
    """``error``, ``warning``, ``information`` or ``hint``."""
    message: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class EditorState:
    """What surrounds a request in the editor; every part may be empty."""

    recent_edits: tuple[RecentEdit, ...] = ()
    """Newest first, those of the document itself included."""
    visited: tuple[Visit, ...] = ()
    """Newest first, those of the document itself included."""
    open_documents: tuple[Snapshot, ...] = ()
    """The other documents, last used first. Not redacted."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Of the document itself, nearest to the cursor first."""
    clipboard: str = ""


NO_EDITOR = EditorState()
"""The state where there is no editor, as on the command line."""


def editor_state(
    *,
    recent_edits: Iterable[RecentEdit] = (),
    visited: Iterable[Visit] = (),
    open_documents: Iterable[Snapshot] = (),
    diagnostics: Iterable[Diagnostic] = (),
    clipboard: str = "",
) -> EditorState:
    """Return the state with its secrets hidden."""
    return EditorState(
        tuple(
            replace(
                edit,
                before=redact(edit.before, edit.language),
                after=redact(edit.after, edit.language),
            )
            for edit in recent_edits
        ),
        tuple(visited),
        tuple(open_documents),
        tuple(replace(item, message=redact(item.message)) for item in diagnostics),
        _hidden(clipboard),
    )


@lru_cache(maxsize=4)
def _hidden(clipboard: str) -> str:
    """Hide the secrets of a text that is long and stays the same for many requests."""
    return redact(clipboard)
