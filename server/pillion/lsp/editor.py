"""Collects what the editor shows beside the document: changes, places, diagnostics, clipboard.

Fed by document synchronisation, by requests, and by `pillion/editorContext`, with which an editor
extension tells what the protocol has no words for. Every part is optional. Nothing here waits, and
a keystroke costs what it changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing
from pillion.context.editor import Diagnostic, editor_state
from pillion.context.recent import RecentEdits, Span, Visits, changed_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pillion.context.editor import EditorState
    from pillion.lsp.batch import Change
    from pillion.lsp.folders import Folders
    from pillion.lsp.sessions import Documents
    from pillion.text.snapshot import Snapshot

_DOCUMENTS = 20
"""Open documents of a state."""

_DIAGNOSTICS = 20
"""Diagnostics of a state."""


@dataclass(frozen=True, slots=True)
class Update:
    """What an editor extension tells; None for parts that stay as they were."""

    clipboard: str | None = None
    diagnostics: Mapping[str, tuple[Diagnostic, ...]] | None = None
    """By document; those not named stay as they were."""
    visible: tuple[tuple[str, int], ...] | None = None
    """Documents on screen and the line in the middle of what is seen, the active one first."""


class EditorWatch:
    """Keeps what one editor shows; `state` makes a value of it."""

    def __init__(self, documents: Documents, workspace: Folders) -> None:
        self._documents = documents
        self._workspace = workspace
        self._edits = RecentEdits()
        self._visits = Visits()
        self._order: dict[str, None] = {}
        """Open documents, last used last."""
        self._diagnostics: dict[str, tuple[Diagnostic, ...]] = {}
        self._clipboard = ""

    def opened(self, uri: str) -> None:
        """Take note of a new document."""
        self._edits.forget(uri)
        self._use(uri)

    def changed(self, before: Snapshot, after: Snapshot, changes: Sequence[Change]) -> None:
        """Take note of a change."""
        span = _span(before, after, changes)
        self._edits.change(before, span)
        self._visits.shift(before.uri, span)
        self._visits.visit(after.uri, after.language, span.first)
        if found := self._diagnostics.get(before.uri):
            self._diagnostics[before.uri] = tuple(_shifted(item, span) for item in found)
        self._use(after.uri)

    def lost(self, uri: str) -> None:
        """Forget the changes of a document that is out of step."""
        self._edits.forget(uri)

    def closed(self, snapshot: Snapshot) -> None:
        """Take note that a document was closed."""
        self._edits.close(snapshot)
        self._order.pop(snapshot.uri, None)
        self._diagnostics.pop(snapshot.uri, None)

    def visited(self, snapshot: Snapshot, offset: int) -> None:
        """Take note of where the cursor is."""
        self._visits.visit(snapshot.uri, snapshot.language, snapshot.lines.at(offset))
        self._use(snapshot.uri)

    def update(self, update: Update) -> None:
        """Take what an editor extension tells."""
        if update.clipboard is not None:
            self._clipboard = update.clipboard
        for uri, items in (update.diagnostics or {}).items():
            self._diagnostics[uri] = items
        for uri, line in reversed(update.visible or ()):
            snapshot = self._documents.get(uri)
            if not isinstance(snapshot, Nothing):
                self._visits.visit(uri, snapshot.language, line)
                self._use(uri)

    def problems(self, uri: str) -> tuple[Diagnostic, ...]:
        """Return what is known to be wrong with a document."""
        return self._diagnostics.get(uri, ())

    def state(self, snapshot: Snapshot, offset: int) -> EditorState:
        """Return what surrounds the cursor, without private documents and with secrets hidden."""
        line = snapshot.lines.at(offset)
        public = self._workspace.is_known_public
        known = {uri: found for uri in self._order if (found := self._public(uri))}
        edits = self._edits.edits(known | {snapshot.uri: snapshot})
        others = [found for uri, found in reversed(known.items()) if uri != snapshot.uri]
        near = sorted(
            self._diagnostics.get(snapshot.uri, ()),
            key=lambda item: max(item.first - line, line - item.last, 0),
        )
        return editor_state(
            recent_edits=(edit for edit in edits if public(edit.uri)),
            visited=(visit for visit in self._visits.visited() if public(visit.uri)),
            open_documents=others[:_DOCUMENTS],
            diagnostics=near[:_DIAGNOSTICS],
            clipboard=self._clipboard,
        )

    def _public(self, uri: str) -> Snapshot | None:
        snapshot = self._documents.get(uri)
        if isinstance(snapshot, Nothing) or not self._workspace.is_known_public(uri):
            return None
        return snapshot

    def _use(self, uri: str) -> None:
        self._order.pop(uri, None)
        self._order[uri] = None


def _span(before: Snapshot, after: Snapshot, changes: Sequence[Change]) -> Span:
    if len(changes) != 1 or changes[0].start is None or changes[0].end is None:
        return changed_lines(before, after)
    first, last = sorted(
        min(max(position.line, 0), len(before.lines) - 1)
        for position in (changes[0].start, changes[0].end)
    )
    old = last - first + 1
    return Span(first, old, old + len(after.lines) - len(before.lines))


def _shifted(item: Diagnostic, span: Span) -> Diagnostic:
    if item.first < span.first + span.old:
        return item
    moved = span.new - span.old
    return replace(item, first=item.first + moved, last=item.last + moved)
