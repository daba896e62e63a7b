"""The indexes of an editor's workspace folders, and which of them knows a document.

    Workspace.find(uri)   the index that holds a document, and its path there; None for others

The one object that completion gets to see of all this.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pillion.context.index.index import Index


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document is."""

    index: Index
    path: str
    """As the index names it."""


class Workspace:
    """The indexes by root. Replaced as a whole, so that it may be read from any thread."""

    def __init__(self, indexes: Sequence[Index] = ()) -> None:
        self._indexes = tuple(indexes)
        self._exclude: tuple[str, ...] = ()

    @property
    def indexes(self) -> tuple[Index, ...]:
        """The indexes there are, one for each root."""
        return self._indexes

    def use(
        self, roots: Iterable[Path], cache_dir: Path | None = None, exclude: Iterable[str] = ()
    ) -> list[Index]:
        """Keep the indexes of exactly these roots, and return those that are new.

        A root inside of another one has no index of its own. `exclude` are patterns of files that
        are left out; with others than before, all indexes are new.
        """
        # Imported here: a server that starts should not wait for the parsers.
        from pillion.context.index.index import Index  # noqa: PLC0415

        left_out, before = tuple(exclude), {index.root: index for index in self._indexes}
        known = dict(before) if left_out == self._exclude else {}
        wanted = outermost(roots)
        new = [
            Index.open(root, cache_dir, exclude=left_out) for root in wanted if root not in known
        ]
        kept = [known[root] for root in wanted if root in known]
        self._indexes, self._exclude = (*kept, *new), left_out
        for index in before.values():
            if index not in kept:
                index.close()
        return new

    def find(self, uri: str) -> Place | None:
        """Return where the document `uri` is; None if it is in no workspace folder."""
        path = path_of(uri)
        if path is None:
            return None
        for index in self._indexes:
            if (relative := index.relative(path)) is not None:
                return Place(index, relative)
        return None


def outermost(roots: Iterable[Path]) -> list[Path]:
    """Return the real paths of `roots` that lie in no other of them."""
    real = dict.fromkeys(Path(os.path.realpath(root)) for root in roots)
    return [root for root in real if not any(other in root.parents for other in real)]


def path_of(uri: str) -> Path | None:
    """Return the path of a `file` URI; None for any other, and for what can be no path."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file" or not parts.path:
        return None
    text = unquote(parts.path, errors="surrogateescape")
    if parts.netloc and parts.netloc != "localhost":
        text = f"//{parts.netloc}{text}"
    elif os.name == "nt":
        # /c:/folder is c:/folder there.
        text = text.removeprefix("/")
    if not _may_be_path(text):
        return None
    path = Path(text)
    return path if path.is_absolute() else None


def _may_be_path(text: str) -> bool:
    """Tell whether the system can be asked for a path at all; half a surrogate pair is none."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False
