"""The folders of the workspace, and which documents are private.

A document that is secret by its name, or left out by an ignore file or a setting, is never shown
to the model, also while it is open. Judging looks at the disk, so it is done in a thread; until
that is known, a document counts as private.
"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.context.exclusion import PRIVATE, Exclusion, is_secret
from pillion.context.index.workspace import path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pillion.base.settings import Settings
    from pillion.context.ignore import Ignore

FRESH_SECONDS = 2.0
"""How long a judgement holds: an ignore file that changes counts for the next request but one."""


class Folders:
    """The roots of one editor's workspace, and what may be read below each."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._roots: tuple[str, ...] = ()
        self._ignores: dict[str, Ignore] = {}
        self._exclude: tuple[str, ...] = ()
        self._judged: dict[str, tuple[float, Exclusion | None]] = {}

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders of the workspace, as paths; empty where there is none."""
        return self._roots

    def use(self, folders: Iterable[str]) -> None:
        """Take the URIs of the folders, in place of those before."""
        paths = (path_of(uri) for uri in folders)
        self._roots = tuple(dict.fromkeys(str(path) for path in paths if path))
        self._forget()

    def change(self, added: Iterable[str], removed: Iterable[str]) -> None:
        """Add folders and take others away, by their URIs."""
        gone = {str(path_of(uri)) for uri in removed}
        left = (Path(root).as_uri() for root in self._roots if root not in gone)
        self.use([*left, *added])

    def holds(self, uri: str) -> bool:
        """Tell whether a file lies in a folder of the workspace, wherever links lead."""
        path = path_of(uri)
        if path is None:
            return False
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(os.path.realpath(root)) for root in self._roots)

    def ignore(self, root: str) -> Ignore:
        """Return what knows the files below a folder; the same one as long as nothing changes."""
        if self._exclude != (wanted := self._settings().left_out):
            self._exclude = wanted
            self._forget()
        found = self._ignores.get(root)
        if found is None:
            # Imported here: nothing has to be known of any file before the first is opened.
            from pillion.context.ignore import Ignore  # noqa: PLC0415

            found = self._ignores[root] = Ignore(root, exclude=self._exclude)
        return found

    async def why_private(self, uri: str) -> Exclusion | None:
        """Return why a document is private, None if it is not."""
        judged_at, out = self._judged.get(uri, (0.0, None))
        if time.monotonic() - judged_at > FRESH_SECONDS or not judged_at:
            out = await asyncio.to_thread(self.judge, uri)
            self._judged[uri] = (time.monotonic(), out)
        return out

    async def only_stays_here(self, uri: str) -> bool:
        """Tell whether a private document is so only because it must not leave this machine."""
        settings = self._settings()
        if not settings.remote or not settings.remote_exclude:
            return False
        return await asyncio.to_thread(self._judge_here, uri, settings.context_exclude)

    def is_known_public(self, uri: str) -> bool:
        """Tell whether a document was judged and found not private; never looks at the disk."""
        judged_at, out = self._judged.get(uri, (0.0, None))
        return bool(judged_at) and out is None

    def forget(self, uri: str) -> None:
        """Drop what is known of a closed document."""
        self._judged.pop(uri, None)

    def _judge_here(self, uri: str, exclude: tuple[str, ...]) -> bool:
        from pillion.context.ignore import Ignore  # noqa: PLC0415 - as above.

        path = path_of(uri)
        if path is None:
            return False
        roots = [root for root in self._roots if path.is_relative_to(root)]
        judged = (
            Ignore(root, exclude=exclude).why_private(path) for root in roots or [str(path.parent)]
        )
        return not any(out in PRIVATE for out in judged)

    def judge(self, uri: str) -> Exclusion | None:
        """Return why a document is private as it is now; looks at the disk, from any thread."""
        path = path_of(uri)
        if path is None:
            # A document that is in no file, such as one that was never saved; its name may tell.
            return Exclusion.SECRET if is_secret(uri.partition(":")[2]) else None
        around = [root for root in self._roots if path.is_relative_to(root)]
        # Outside of the workspace, the rules of the repository that the file lies in still hold.
        for root in around or [str(path.parent)]:
            out = self.ignore(root).why_private(path)
            if out in PRIVATE:
                return out
        return None

    def _forget(self) -> None:
        self._ignores = {}
        self._judged = {}
