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
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="pillion-pages-"))
        name = _NAME.sub("-", title).strip("-.")[:60] or "page"
        path = self._folder / f"{name}.md"
        # Half a surrogate pair can be in a document or an answer, but not in a file.
        path.write_text(markdown, encoding="utf-8", errors="replace")
        return path.as_uri()

    def clear(self) -> None:
        """Remove all of them."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
