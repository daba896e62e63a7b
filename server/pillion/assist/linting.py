"""A look at a change with the linters and the type checker that the project uses.

They run on the text before and after, at most once each, and only what is new counts. How the
document was before is looked at while the model writes.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.context.ignore import root_of
from pillion.context.index.workspace import path_of
from pillion.linters.project import tools
from pillion.linters.remark import new
from pillion.linters.run import remarks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.linters.project import Tool
    from pillion.linters.remark import Remark
    from pillion.text.snapshot import Snapshot

MOST = 5
"""Remarks that one look passes on."""


class Linting:
    """Looks at changes of one document."""

    def __init__(self, snapshot: Snapshot, file: Path, found: Sequence[Tool]) -> None:
        self._snapshot, self._file, self._tools = snapshot, file, found
        self._before = asyncio.ensure_future(self._remarks(snapshot))

    @classmethod
    def of(cls, snapshot: Snapshot) -> Linting | None:
        """Return what looks at changes of a document; None where its project has no linter.

        It begins at once; `close` ends it.
        """
        file = path_of(snapshot.uri)
        if file is None or not file.is_file():
            return None
        found = list(tools(file, snapshot.language, Path(root_of(file))))
        return cls(snapshot, file, found) if found else None

    async def look(self, _before: str, after: str) -> list[str]:
        """Say what the linters say of the document with the change, and did not say before."""
        said, known = await asyncio.gather(
            self._remarks(replace(self._snapshot, text=after)), self._before
        )
        return [str(one) for one in new(known, said)][:MOST]

    def close(self) -> None:
        """Wait for nothing any more."""
        self._before.cancel()

    async def _remarks(self, snapshot: Snapshot) -> list[Remark]:
        rows = await asyncio.gather(
            *(asyncio.to_thread(remarks, tool, self._file, snapshot) for tool in self._tools)
        )
        return [one for row in rows for one in row]
