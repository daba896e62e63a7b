"""Keeping the indexes of the workspace folders up to date, in the background.

    folders, settings   -> `use`      a walk of each new folder, in a process of its own
    open and edited     -> `edited`   the text in memory, once the user pauses
    saved, watched      -> `touched`  a few files are read again; many mean another walk

Nothing here waits for a walk, nothing runs on the event loop for longer than a moment, and
whatever goes wrong costs context, never an answer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from pillion.context.index import background
from pillion.context.index.background import Job
from pillion.context.index.workspace import path_of
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pillion.base.settings import Settings
    from pillion.context.index.index import Index
    from pillion.context.index.values import Progress, Refreshed
    from pillion.context.index.workspace import Workspace
    from pillion.lsp.messages import Messages
    from pillion.lsp.progress import Bar
    from pillion.lsp.sessions import Documents
    from pillion.lsp.tasks import Tasks

_log = logging.getLogger(__name__)

# An outline takes some milliseconds in which nothing else runs, so it is made when the user
# pauses, not at each keystroke.
_PAUSE_SECONDS = 0.5

# So many files that changed at once, by a checkout for instance, are left to a walk.
_MANY = 20

# Events of one checkout come in bursts.
_BURST_SECONDS = 1.0

# A walk that ends sooner shows no bar: opening an index that is up to date takes half a second.
_QUIET_SECONDS = 1.0

# Half a second of one core for a few thousand files, at low priority.
_POLL_SECONDS = 300.0

_RULES = (".gitignore", ".pillionignore")
"""Files that decide what may be read; after a change of one, everything is looked at again."""


class Indexing:
    """The indexes of one server."""

    def __init__(
        self,
        workspace: Workspace,
        documents: Documents,
        *,
        tasks: Tasks,
        messages: Messages,
        bar: Callable[[str], Bar],
    ) -> None:
        self._workspace = workspace
        self._documents = documents
        self._tasks = tasks
        self._messages = messages
        self._bar = bar
        self._roots: tuple[Path, ...] = ()
        self._exclude: tuple[str, ...] = ()
        self._wanted: tuple[tuple[Path, ...], tuple[str, ...]] | None = None
        """Roots and exclusions, as they were asked for last."""
        self._opening = asyncio.Lock()
        self._walks: dict[Index, asyncio.Task[None]] = {}
        self._again: set[Index] = set()
        self._bars: dict[str, asyncio.Task[None]] = {}
        self._edits: dict[str, asyncio.Task[None]] = {}
        self._touched: set[str] = set()
        self._touching: asyncio.Task[None] | None = None

    def folders(self, added: Iterable[str], removed: Iterable[str] = ()) -> None:
        """Note which folders the workspace has; `use` begins to index them."""
        gone = {path_of(uri) for uri in removed}
        new = [path for uri in added if (path := path_of(uri)) is not None]
        kept = [root for root in self._roots if root not in gone]
        self._roots = tuple(dict.fromkeys((*kept, *new)))

    def use(self, settings: Settings) -> None:
        """Follow the settings and the folders."""
        enabled = settings.enable and settings.context_index
        roots = self._roots if enabled else ()
        wanted = (roots, settings.left_out)
        # Every request asks for this; nearly always nothing has changed.
        if wanted != self._wanted:
            self._wanted, self._exclude = wanted, settings.left_out
            self._tasks.spawn(self._use(*wanted), "Opening the index")

    def poll(self) -> None:
        """Walk now and then, for an editor that does not tell of changed files."""
        self._tasks.spawn(self._poll(), "Looking for changed files")

    def edited(self, uri: str) -> None:
        """Take an open document as it will be when the user pauses."""
        if not self._workspace.indexes:
            return
        if (waiting := self._edits.pop(uri, None)) is not None:
            waiting.cancel()
        self._edits[uri] = self._tasks.spawn(self._edit(uri), "Indexing an open document")

    def closed(self, uri: str) -> None:
        """Go back to what is on the disk."""
        if (waiting := self._edits.pop(uri, None)) is not None:
            waiting.cancel()
        if (place := self._workspace.find(uri)) is not None:
            place.index.drop(place.path)

    def touched(self, uris: Sequence[str]) -> None:
        """Look at files again that were created, changed, saved or deleted."""
        if not self._workspace.indexes:
            return
        self._touched.update(uris)
        if self._touching is None or self._touching.done():
            self._touching = self._tasks.spawn(self._touch(), "Indexing files that have changed")

    def cancel(self, token: str) -> None:
        """Stop the walk whose bar the user has closed."""
        if (walk := self._bars.get(token)) is not None:
            walk.cancel()

    async def _use(self, roots: tuple[Path, ...], exclude: tuple[str, ...]) -> None:
        async with self._opening:
            try:
                new = await asyncio.to_thread(self._workspace.use, roots, exclude=exclude)
            except BaseException:
                self._wanted = None  # The next request tries again.
                raise
        known = set(self._workspace.indexes)
        for index in [index for index in self._walks if index not in known]:
            self._walks.pop(index).cancel()
        for index in new:
            if index.problem:
                self._messages.log(index.problem)
            else:
                self._walk(index)
        if new:
            for uri in self._documents.uris():
                self.edited(uri)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            for index in self._workspace.indexes:
                self._walk(index)

    def _walk(self, index: Index) -> None:
        """Walk a workspace; if that is under way, once more after it."""
        if (running := self._walks.get(index)) is not None and not running.done():
            self._again.add(index)
            return
        self._walks[index] = self._tasks.spawn(self._refresh(index), "Indexing the workspace")

    async def _refresh(self, index: Index) -> None:
        shown = _Shown(self, index)
        # Its own cache folder is found in the same way in the other process.
        try:
            found = await background.refresh(
                Job(str(index.root), exclude=self._exclude), shown.report
            )
        except asyncio.CancelledError:
            self._messages.log(f"Indexing {index.root.name} was stopped.")
            raise
        finally:
            shown.end()
        self._tell(index, found)
        if index in self._again:
            self._again.discard(index)
            self._walks.pop(index, None)
            self._walk(index)

    def _tell(self, index: Index, found: Refreshed) -> None:
        if found.problem:
            self._messages.log(found.problem)
        elif found.changed or found.removed:
            self._messages.log(
                f"Indexed {index.root.name}: {found.files} files, {found.changed} read, "
                f"{found.removed} removed, in {found.seconds:.1f} s."
            )

    async def _edit(self, uri: str) -> None:
        await asyncio.sleep(_PAUSE_SECONDS)
        snapshot, place = self._documents.get(uri), self._workspace.find(uri)
        if place is not None and isinstance(snapshot, Snapshot):
            await asyncio.to_thread(place.index.update, place.path, snapshot.text)
            self._mend(place.index)
        self._edits.pop(uri, None)

    async def _touch(self) -> None:
        while self._touched:
            await asyncio.sleep(_BURST_SECONDS)
            uris, self._touched = self._touched, set()
            places = [place for uri in uris if (place := self._workspace.find(uri)) is not None]
            rules = {place.index for place in places if place.path.rpartition("/")[2] in _RULES}
            if len(places) > _MANY:
                rules.update(place.index for place in places)
            for index in rules:
                self._walk(index)
            for place in places:
                if place.index not in rules:
                    await asyncio.to_thread(place.index.saved, place.path)
                    self._mend(place.index)
            for uri in uris:
                # An open document that was saved is now what is on the disk.
                if isinstance(self._documents.get(uri), Snapshot):
                    self.edited(uri)

    def _mend(self, index: Index) -> None:
        if index.damaged:
            self._walk(index)

    def show(self, index: Index) -> Bar:
        """Open a bar whose button stops the walk of `index`."""
        bar = self._bar(f"Indexing {index.root.name}")
        self._bars[str(bar.token)] = self._walks[index]
        return bar

    def hide(self, bar: Bar, message: str) -> None:
        """Close a bar."""
        self._bars.pop(str(bar.token), None)
        bar.end(message)


class _Shown:
    """The bar of one walk, which is there only if the walk takes a while."""

    def __init__(self, indexing: Indexing, index: Index) -> None:
        self._indexing = indexing
        self._index = index
        self._began = time.monotonic()
        self._bar: Bar | None = None
        self._last = ""

    def report(self, progress: Progress) -> None:
        """Show one moment."""
        self._last = f"{progress.changed:,} files read"
        if self._bar is None:
            if time.monotonic() - self._began < _QUIET_SECONDS:
                return
            self._bar = self._indexing.show(self._index)
        if progress.total:
            message = f"{progress.done:,} of {progress.total:,} files"
            self._bar.report(progress.done / progress.total, message)

    def end(self) -> None:
        """Close the bar, if it was opened."""
        if self._bar is not None:
            self._indexing.hide(self._bar, self._last)
