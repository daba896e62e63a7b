"""Pages for the user to read, as Markdown files that an editor can open.

The protocol has no way to open a document that is in no file, so each page gets one, in a folder
that only the user can read and that is gone when the session ends.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

_NAME = re.compile(r"[^\w.-]+")


class Pages:
    """The pages of one session."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def write(self, title: str, markdown: str) -> str:
        """Keep a page; return its URI. A page of the same title is replaced."""
        # Half a surrogate pair can be in a document or an answer, but not in a file.
        self._path(title).write_text(markdown, encoding="utf-8", errors="replace")
        return self.uri(title)

    def uri(self, title: str) -> str:
        """Return the URI of a page of that title."""
        return self._path(title).as_uri()

    def read(self, title: str) -> str:
        """Return a page as it is on disk now; empty if it is gone."""
        try:
            return self._path(title).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def clear(self) -> None:
        """Remove all of them."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _path(self, title: str) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="pillion-pages-"))
        name = _NAME.sub("-", title).strip("-.")[:60] or "page"
        return self._folder / f"{name}.md"
