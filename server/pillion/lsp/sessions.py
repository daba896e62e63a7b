"""The open documents of one editor: each a frozen `Snapshot`, replaced by every change.

pygls keeps documents, too, but cuts lines at form feeds and U+2028, where the protocol has none,
so that positions behind one would be wrong; its store is not used (`pillion.lsp.protocol`).
A document whose changes got lost or arrived out of order is never guessed at: it answers
`Reason.OUT_OF_SYNC` until the editor sends its full text again. Nothing here raises.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.lsp import batch
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.lsp.batch import Change
    from pillion.text.positions import Encoding

_log = logging.getLogger(__name__)

LARGEST = 2_000_000
"""Characters of the largest document that is kept. Beyond it every change would copy megabytes
while the user types, and in one line that long each column has to be counted out: 20 million
characters with one emoji among them take more than a second per keystroke."""


class Documents:
    """The documents an editor has opened, by URI."""

    def __init__(self) -> None:
        self._documents: dict[str, _Document] = {}

    def get(self, uri: str) -> Snapshot | Nothing:
        """Return the document as it is now, or why it cannot be used."""
        document = self._documents.get(uri)
        if document is None:
            return Nothing(Reason.UNKNOWN_DOCUMENT)
        if document.problem:
            return Nothing(document.problem)
        return document.snapshot

    def uris(self) -> list[str]:
        """Return which documents are open."""
        return list(self._documents)

    def open(self, uri: str, language: str, version: int, text: str) -> None:
        """Keep a document; a second opening replaces the first."""
        self._keep(Snapshot(uri, text, version, language))

    def change(self, uri: str, version: int, changes: Sequence[Change], encoding: Encoding) -> None:
        """Apply the changes that lead to `version`, all or none."""
        document = self._documents.get(uri)
        if document is None:
            _log.warning("Got a change of a document that is not open.")
            document = _Document(Snapshot(uri, "", version - 1), Reason.OUT_OF_SYNC)
        if version <= document.snapshot.version:
            _log.warning(
                "Refused a change to version %d of a document at version %d.",
                version,
                document.snapshot.version,
            )
            self.lose(uri)
            return
        snapshot = replace(document.snapshot, version=version)
        if document.problem and not any(change.start is None for change in changes):
            # Without what is missing, the positions of these changes mean nothing.
            self._documents[uri] = _Document(snapshot, document.problem)
        else:
            self._keep(replace(snapshot, text=batch.apply(document.snapshot, changes, encoding)))

    def lose(self, uri: str) -> None:
        """Note that a change of this document was lost."""
        if document := self._documents.get(uri):
            self._documents[uri] = replace(document, problem=Reason.OUT_OF_SYNC)

    def close(self, uri: str) -> None:
        """Forget a document; unknown ones are ignored."""
        self._documents.pop(uri, None)

    def _keep(self, snapshot: Snapshot) -> None:
        if len(snapshot.text) > LARGEST:
            _log.info("A document of %d characters is too large.", len(snapshot.text))
            empty = replace(snapshot, text="")
            self._documents[snapshot.uri] = _Document(empty, Reason.TOO_LARGE)
        else:
            self._documents[snapshot.uri] = _Document(snapshot)


@dataclass(frozen=True, slots=True)
class _Document:
    snapshot: Snapshot
    problem: Reason | None = None
    """Why `snapshot` must not be used; its version is right all the same."""
