"""Everything that a conversation may look at: open documents, files, problems, the index.

    uri -> open document, else file -> Ignore's gate -> Snapshot, or why not in a sentence

One object per session. It reads, and never writes or runs anything but `git diff`. May be used
from any thread.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pillion.context import changes
from pillion.context.exclusion import Exclusion
from pillion.context.index.workspace import path_of
from pillion.syntax.languages import language_for_path
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.context.changes import FileChange
    from pillion.context.editor import Diagnostic
    from pillion.context.index.index import Index
    from pillion.context.index.workspace import Place, Workspace


class Gate(Protocol):
    """Judges what may be read; `pillion.context.ignore` is behind it."""

    def judge(self, uri: str) -> Exclusion | None:
        """Return why a document is private, None if it is not."""

    def read(self, uri: str) -> str | Exclusion:
        """Return the text of a file of the workspace, or why it is not read."""


class Library:
    """What one session may look at."""

    def __init__(
        self,
        workspace: Workspace,
        gate: Gate,
        opened: Callable[[str], Snapshot | None] = lambda _: None,
        problems: Callable[[str], Sequence[Diagnostic]] = lambda _: (),
    ) -> None:
        """`opened` returns an open document as it is now, `problems` what is known to be wrong."""
        self._workspace = workspace
        self._gate = gate
        self._opened = opened
        self.problems = problems

    @property
    def indexes(self) -> tuple[Index, ...]:
        """The indexes of the workspace's folders."""
        return self._workspace.indexes

    def read(self, uri: str) -> Snapshot | str:
        """Return a document as it is now, or in a sentence why it is left out."""
        if out := self._gate.judge(uri):
            return out.sentence
        if document := self._opened(uri):
            return document
        text = self._gate.read(uri)
        if isinstance(text, Exclusion):
            return text.sentence
        return Snapshot(uri, text, language=language_for_path(self.name(uri)))

    def name(self, uri: str) -> str:
        """Return the path of a document in the workspace; its name where it is in none."""
        place = self._workspace.find(uri)
        if place:
            return place.path
        path = path_of(uri)
        return path.name if path else uri.rpartition("/")[2]

    def place(self, uri: str) -> Place | None:
        """Return the index that knows a document."""
        return self._workspace.find(uri)

    def uri(self, path: str) -> str | None:
        """Return the address of a file that the user names: by its path, or the end of it."""
        path = path.replace("\\", "/").removeprefix("./")
        for index in self.indexes:
            if found := _match(index, path):
                return (index.root / found).as_uri()
            if _is_file(index, path):
                return (index.root / path).as_uri()
        return None

    def changes(self) -> list[FileChange]:
        """Return what has changed since the last commit, without private files."""
        found = []
        for index in self.indexes:
            for change in changes.since_commit(index.root):
                uri = (index.root / change.path).as_uri()
                if self._gate.judge(uri) is None:
                    found.append(change)
        return found

    def lines(self, path: str) -> int | None:
        """Return how many lines a file of the workspace has; None if there is no such file."""
        for index in self.indexes:
            found = _match(index, path)
            text = index.text(found) if found else None
            if text is not None:
                return text.count("\n") + 1
            if _is_file(index, path):
                # Not of a language that is indexed; nobody needs its lines.
                return _UNKNOWN
        return None


_UNKNOWN = 1_000_000_000


def _match(index: Index, path: str) -> str | None:
    if index.exist([path]):
        return path
    stem = Path(path).stem
    found = [one for one in index.named(stem) if one.endswith(f"/{path}")]
    return min(found, key=len, default=None)


def _is_file(index: Index, path: str) -> bool:
    if path.startswith("/") or ".." in path.split("/"):
        return False
    try:
        return (index.root / path).exists()
    except (OSError, ValueError):
        return False
