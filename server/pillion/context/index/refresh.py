"""Bringing the database up to date with the disk: one walk, reading only what has changed.

One process at a time walks a workspace; it holds the lock. What was written stays, whenever and
however the walk ends: the next one goes on from there. Files are written in small transactions,
so that others who write need not wait, and readers see each file as soon as it is there.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections import Counter
from typing import TYPE_CHECKING

import filelock

from pillion.context.index import database, writer
from pillion.context.index.entry import digest_of, entry_of, indexed, language_at
from pillion.context.index.values import STOPPED, Progress, Refreshed
from pillion.context.index.writer import Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pillion.context.exclusion import Exclusion
    from pillion.context.ignore import File, Ignore
    from pillion.context.index.database import Place

_log = logging.getLogger(__name__)

MOST_FILES = 100_000
"""Files of one index. Beyond it the workspace is a whole disk rather than a project."""

# A transaction that is open for longer would make a file that was just saved wait.
_TRANSACTION_SECONDS = 0.2

_REPORT_SECONDS = 0.1

# While another process walks the workspace, it is looked after this often.
_WAIT_SECONDS = 0.5

# Words are counted when the index has grown by so much: searches want to know which are common.
_GROWTH = 1.5
_FIRST_COUNT = 200


class CancelledRefreshError(Exception):
    """Nobody wants the refresh any more."""


def refresh(
    place: Place,
    root: Path,
    ignore: Ignore,
    report: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> Refreshed:
    """Walk the workspace and update what has changed.

    Waits for another process that walks it. Never raises for what it finds on the disk; `problem`
    in the result says what was in its way.
    """
    started = time.monotonic()
    try:
        place.prepare()
        with _locked(place, cancelled):
            try:
                found = _walk(place, root, ignore, report, cancelled)
            except sqlite3.DatabaseError as error:
                if not database.is_damage(error):
                    raise
                _log.warning("The index was damaged and is built anew.")
                place.remove()
                found = _walk(place, root, ignore, report, cancelled)
            place.tidy()
    except CancelledRefreshError:
        return Refreshed(problem=STOPPED, seconds=time.monotonic() - started)
    except (OSError, sqlite3.Error) as error:
        _log.warning("The workspace cannot be indexed: %s.", type(error).__name__)
        problem = f"The index cannot be written in {place.folder}: {error}."
        return Refreshed(problem=problem, seconds=time.monotonic() - started)
    return found


def _walk(
    place: Place,
    root: Path,
    ignore: Ignore,
    report: Callable[[Progress], None],
    cancelled: Callable[[], bool],
) -> Refreshed:
    with contextlib.closing(database.create(place, root)) as connection:
        return _Walk(connection, ignore, report, cancelled).run()


@contextlib.contextmanager
def _locked(place: Place, cancelled: Callable[[], bool]) -> Iterator[None]:
    lock = filelock.FileLock(place.lock, mode=0o600, is_singleton=False)
    while True:
        if cancelled():
            raise CancelledRefreshError
        try:
            lock.acquire(timeout=_WAIT_SECONDS, poll_interval=0.1)
        except filelock.Timeout:
            continue
        break
    try:
        yield
    finally:
        lock.release()


class _Walk:
    """One walk by the holder of the lock."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        ignore: Ignore,
        report: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._ignore = ignore
        self._report = report
        self._cancelled = cancelled
        self._left_out: Counter[str] = Counter()
        self._changed = 0
        self._removed = 0
        self._opened = 0.0
        self._reported = 0.0
        self._started = time.monotonic()

    def run(self) -> Refreshed:
        """Do all of it."""
        files = self._files()
        known = {
            path: (size, mtime, digest)
            for path, size, mtime, digest in self._connection.execute(
                "SELECT path, size, mtime, hash FROM file"
            )
        }
        problem = ""
        counted = self._counted()
        # Files that are gone or may not be read any more go first.
        kept = {file.relative for file in files}
        try:
            for path in known:
                if path not in kept:
                    self._remove(path)
            for number, file in enumerate(files):
                self._check(number, len(files))
                if known.get(file.relative, ())[:2] != (file.size, file.modified):
                    self._look(file, known.get(file.relative, (0, 0, b""))[2])
                if number > max(_FIRST_COUNT, counted * _GROWTH):
                    self._commit()
                    self._count()
                    counted = number
        except CancelledRefreshError:
            problem = STOPPED
        self._commit()
        if self._changed or self._removed:
            self._count()
        self._tell(len(files), len(files))
        indexed_files = self._connection.execute("SELECT count(*) FROM file").fetchone()[0]
        return Refreshed(
            indexed_files,
            self._changed,
            self._removed,
            dict(self._left_out),
            time.monotonic() - self._started,
            problem,
        )

    def _files(self) -> list[File]:
        """Return the files of languages that are indexed."""
        found = []
        left_out: Counter[Exclusion] = Counter()
        for file in self._ignore.walk(left_out):
            if self._cancelled():
                raise CancelledRefreshError
            if indexed(language_at(file.relative)):
                found.append(file)
                if len(found) == MOST_FILES:
                    _log.warning("The workspace has more than %d files.", MOST_FILES)
                    self._left_out["beyond_limit"] += 1
                    break
        self._left_out.update({str(reason): count for reason, count in left_out.items()})
        return found

    def _look(self, file: File, digest: bytes) -> None:
        """Read a file that is new or seems to have changed."""
        text = self._ignore.read(file)
        if type(text) is not str:
            self._left_out[str(text)] += 1
            if digest:
                self._remove(file.relative)
            return
        stamp = Stamp(file.size, file.modified)
        if digest_of(text) == digest:
            self._begin()
            writer.touch(self._connection, file.relative, stamp)
            return
        try:
            entry = entry_of(file.relative, text)
        except Exception as error:  # noqa: BLE001 - one odd file must not keep out all others.
            _log.warning("A file could not be indexed: %s.", type(error).__name__)
            self._left_out["failed"] += 1
            return
        self._begin()
        writer.put(self._connection, entry, stamp)
        self._changed += 1

    def _remove(self, path: str) -> None:
        self._begin()
        self._removed += writer.remove(self._connection, path)

    def _check(self, done: int, total: int) -> None:
        if self._cancelled():
            raise CancelledRefreshError
        now = time.monotonic()
        if self._connection.in_transaction and now - self._opened > _TRANSACTION_SECONDS:
            self._commit()
        if now - self._reported > _REPORT_SECONDS:
            self._reported = now
            self._tell(done, total)

    def _tell(self, done: int, total: int) -> None:
        self._report(Progress(done, total, self._changed))

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
            self._opened = time.monotonic()

    def _commit(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def _counted(self) -> int:
        row = self._connection.execute("SELECT value FROM meta WHERE key = 'files'").fetchone()
        return row[0] if row else 0

    def _count(self) -> None:
        with database.transaction(self._connection):
            writer.count_words(self._connection)
            writer.sweep(self._connection)
