"""The repository of a task on the disk, indexed, with the task's answer cut out of it.

The answer is cut out of its file and of every copy of that place before anything reads them: the
index takes the cut texts as open documents, and nothing of the files behind them shows.
"""

from __future__ import annotations

import os
import tarfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.context.index.index import Index
from pillion.context.index.workspace import Workspace
from pillion.eval.tasks import archive_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pillion.context.index.workspace import Place
    from pillion.eval.tasks import Task

_AROUND = 100
"""Characters on either side of an answer by which a copy of the place is known."""


class Checkout:
    """One repository, unpacked and indexed."""

    def __init__(self, data: Path, repo: str, folder: Path) -> None:
        """Unpack `repo` below `folder` and index it there."""
        self.root = Path(os.path.realpath(folder)) / "tree"
        with tarfile.open(archive_of(data, repo)) as tar:
            tar.extractall(self.root, filter="data")
        # No answer may depend on how busy the machine is.
        self.index = Index.open(self.root, folder / "cache", patience=60)
        self.index.refresh()
        self.workspace = Workspace([self.index])

    def find(self, uri: str) -> Place | None:
        """Return the index and the path of a document; see `assist.surroundings.Workspaces`."""
        return self.workspace.find(uri)

    def uri(self, task: Task) -> str:
        """Return the address of a task's document."""
        return f"{self.root.as_uri()}/{task.path}"

    @contextmanager
    def without(self, task: Task) -> Iterator[None]:
        """Cut the answer of a task out of its file and all copies, for the time being."""
        before = task.snapshot.text[max(0, task.start - _AROUND) : task.start]
        after = task.snapshot.text[task.start : task.start + _AROUND]
        place = before + task.truth + after
        cut = {task.path: task.snapshot.text}
        for path in self.index.paths():
            text = self.index.text(path) or ""
            if path != task.path and place in text:
                cut[path] = text.replace(place, before + after)
        for path, text in cut.items():
            self.index.update(path, text)
        try:
            yield
        finally:
            for path in cut:
                self.index.drop(path)

    def type(self, task: Task, typed: str) -> None:
        """Let the index know what has been typed of the answer so far."""
        text = task.snapshot.text
        self.index.update(task.path, text[: task.start] + typed + text[task.start :])

    def close(self) -> None:
        """Close the index."""
        self.index.close()
