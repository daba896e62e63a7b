"""What a conversation may read, as the folders of one editor's workspace allow it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing
from pillion.context.exclusion import Exclusion
from pillion.context.index.workspace import path_of

if TYPE_CHECKING:
    from pillion.lsp.folders import Folders
    from pillion.lsp.sessions import Documents
    from pillion.text.snapshot import Snapshot


class FolderGate:
    """`pillion.context.library.Gate` for an editor; may be used from any thread."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders

    def judge(self, uri: str) -> Exclusion | None:
        """Return why a document is private, None if it is not."""
        return self._folders.judge(uri)

    def read(self, uri: str) -> str | Exclusion:
        """Return the text of a file below one of the folders, or why it is not read."""
        path = path_of(uri)
        if path is None:
            return Exclusion.UNREADABLE
        for root in self._folders.roots:
            if path.is_relative_to(Path(root)):
                return self._folders.ignore(root).read(path)
        return Exclusion.OUTSIDE


def opened_in(documents: Documents, uri: str) -> Snapshot | None:
    """Return an open document as it is now; None if it is not open, or can't be used."""
    found = documents.get(uri)
    return None if isinstance(found, Nothing) else found
