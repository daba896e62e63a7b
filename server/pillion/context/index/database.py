"""The SQLite file of one workspace: where it is, what is in it, and how it is opened.

    CACHE/index/ROOT-VERSION.db        the index; readers and writers of any process meet in it
    CACHE/index/ROOT-VERSION.db.lock   held by the one that walks the workspace

ROOT stands for the workspace's path. VERSION stands for the shape of the tables and for the
queries in `grammars/`: servers that differ in them never meet, and none has to convert anything.
The file holds names, signatures and words of the source, never its text or a secret that was found
in it; it is for its user alone.
It can be built again at any time, so whoever holds the lock throws a damaged one away.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import time
from functools import cache
from typing import TYPE_CHECKING

from pillion.base import paths
from pillion.syntax import grammars

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SHAPE = "2"
"""Raise it whenever the tables or what is put into them change."""

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    tail TEXT NOT NULL,
    language TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX file_tail ON file (tail);
CREATE TABLE definition (
    file INTEGER NOT NULL,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    signature TEXT NOT NULL,
    doc TEXT NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    PRIMARY KEY (file, place)
) WITHOUT ROWID;
CREATE INDEX definition_name ON definition (name, file);
CREATE TABLE import (
    file INTEGER NOT NULL,
    place INTEGER NOT NULL,
    module TEXT NOT NULL,
    tail TEXT NOT NULL,
    names TEXT NOT NULL,
    line INTEGER NOT NULL,
    PRIMARY KEY (file, place)
) WITHOUT ROWID;
CREATE INDEX import_tail ON import (tail);
-- Rows of files that are gone stay until they are swept: finding them would need another index.
CREATE TABLE reference (
    name TEXT NOT NULL,
    file INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (name, file)
) WITHOUT ROWID;
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    line INTEGER NOT NULL,
    end_line INTEGER NOT NULL
);
CREATE INDEX chunk_file ON chunk (file);
-- The words are split before they come here, and the ascii tokenizer takes every other script
-- as letters.
CREATE VIRTUAL TABLE code USING fts5 (words, tokenize = 'ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (code, 'row');
CREATE TABLE common (word TEXT PRIMARY KEY, chunks INTEGER NOT NULL) WITHOUT ROWID;
"""

_BUSY_SECONDS = 5.0

# An index that nobody has opened for so long is of a workspace that is gone, or of an old version.
_UNUSED_DAYS = 60
_DAY = 86_400.0


class Place:
    """The files of one workspace's index; none need exist."""

    def __init__(self, root: Path, cache_dir: Path) -> None:
        """Name the files for the workspace `root` in the cache folder."""
        key = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
        self.folder = cache_dir / "index"
        self.database = self.folder / f"{key}-{version()}.db"
        self.lock = self.database.with_name(f"{self.database.name}.lock")

    def prepare(self) -> None:
        """Make the folder, for this user alone. Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            self.folder.chmod(0o700)

    def files(self) -> tuple[Path, ...]:
        """Return the database and what SQLite keeps beside it."""
        name = self.database.name
        return tuple(self.database.with_name(name + end) for end in ("", "-wal", "-shm"))

    def size(self) -> int:
        """Return how many bytes it takes."""
        return sum(_size(path) for path in self.files())

    def remove(self) -> None:
        """Remove the database. Raises `OSError` where another process keeps it (Windows)."""
        for path in reversed(self.files()):
            path.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove indexes that nobody has opened for a long time."""
        oldest = time.time() - _UNUSED_DAYS * _DAY
        with contextlib.suppress(OSError):
            os.utime(self.database)
            for path in self.folder.glob("*.db*"):
                if path.stat().st_mtime < oldest and path not in self.files():
                    path.unlink(missing_ok=True)


def places(root: Path, cache_dir: Path | None) -> Iterator[Place]:
    """Yield where the index of `root` may lie, best first."""
    yield Place(root, cache_dir or paths.cache_dir())
    if cache_dir is None:
        # A cache folder on a full or read-only disk: the temporary folder is often on another.
        yield Place(root, paths.own_temporary_dir("index"))


@cache
def version() -> str:
    """Return a name for what the index of a file depends on besides the file."""
    digest = hashlib.sha256(f"{_SHAPE}\0{sqlite3.sqlite_version_info[0]}".encode())
    for name in sorted(grammars.table()):
        digest.update(repr((name, grammars.table()[name])).encode())
    for folder in sorted(grammars.folder().iterdir(), key=lambda item: item.name):
        if folder.is_dir():
            for query in sorted(folder.iterdir(), key=lambda item: item.name):
                digest.update(query.name.encode() + b"\0" + query.read_bytes())
    return digest.hexdigest()[:12]


def create(place: Place, root: Path) -> sqlite3.Connection:
    """Open the database for writing; make it where there is none, and anew where it is damaged.

    Only for the holder of the lock. Raises `OSError` and `sqlite3.Error` where it cannot be.
    """
    place.prepare()
    try:
        return _create(place, root)
    except sqlite3.OperationalError:
        raise  # The disk is full or read-only, which a new file would not change.
    except sqlite3.DatabaseError:
        place.remove()
        return _create(place, root)


def connect(place: Place) -> sqlite3.Connection:
    """Open a database that is there. Raises `sqlite3.Error` where there is none."""
    uri = f"{place.database.absolute().as_uri()}?mode=rw"
    return _tuned(
        sqlite3.connect(
            uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    )


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether the database itself is at fault, and not the disk or a busy neighbour."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.OperationalError | sqlite3.ProgrammingError | sqlite3.InterfaceError
    )


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write all or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _create(place: Place, root: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(place.database, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        with contextlib.suppress(OSError):
            place.database.chmod(0o600)
        connection.execute("PRAGMA journal_mode = WAL")
        _tuned(connection)
        with transaction(connection):
            if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute("INSERT INTO meta VALUES ('root', ?)", (str(root),))
        # Damage shows here rather than in the middle of a walk.
        connection.execute("SELECT count(*) FROM file").fetchone()
        connection.execute("SELECT value FROM meta WHERE key = 'root'").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _tuned(connection: sqlite3.Connection) -> sqlite3.Connection:
    # The whole file can be built again, so a power cut may take the last seconds of it.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -8000")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
