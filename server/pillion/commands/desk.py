"""What commands know of a project without an editor: its files, by the rules of its root."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pillion.context.exclusion import PRIVATE, Exclusion
from pillion.context.ignore import Ignore
from pillion.context.index.index import Index
from pillion.context.index.workspace import Workspace, path_of
from pillion.context.library import Library

if TYPE_CHECKING:
    import os


def library_at(root: str | os.PathLike[str]) -> Library:
    """Return what a conversation may look at below `root`; nothing is indexed now."""
    index = Index.open(Path(root), patience=1)
    return Library(Workspace([index]), DiskGate(root))


class DiskGate:
    """`pillion.context.library.Gate` for the files below one root."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._ignore = Ignore(root)

    def judge(self, uri: str) -> Exclusion | None:
        """Return why a file is private, None if it is not."""
        path = path_of(uri)
        if path is None:
            return Exclusion.UNREADABLE
        out = self._ignore.why_private(path)
        return out if out in PRIVATE else None

    def read(self, uri: str) -> str | Exclusion:
        """Return the text of a file, or why it is not read."""
        path = path_of(uri)
        return Exclusion.UNREADABLE if path is None else self._ignore.read(path)
