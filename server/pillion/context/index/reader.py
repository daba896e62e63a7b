"""Questions to the database, each bounded in time and never fatal.

The connection is opened when it is first needed, and again after the file was replaced. Where
there is no database, where it is damaged or an answer takes too long, there is nothing: context is
optional. May be used from any thread; questions take turns.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

from pillion.context.index import database
from pillion.context.index.bm25 import Corpus
from pillion.context.index.values import Stats
from pillion.syntax.outline import Definition, Import

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pillion.context.index.database import Place

_log = logging.getLogger(__name__)

STATEMENT_SECONDS = 0.02
"""What one statement may take. All that a request asks are to be answered in 25 ms, and a usual
statement takes well under one."""

# Between two looks at the budget, in SQLite's own steps: about 0.1 ms.
_STEPS = 1_000

# So long a database that is missing or was replaced may go unnoticed.
_LOOK_SECONDS = 0.5

_DEFINITION = "name, kind, scope, signature, doc, start, end, line, end_line"


class Reader:
    """Reads one workspace's database."""

    def __init__(self, place: Place, patience: float) -> None:
        """`patience`: seconds that one statement may take."""
        self.damaged = False
        """Whether the database was found to be damaged; a refresh builds it anew."""
        self.asked = self.unanswered = 0
        """Statements in all, and those that got no answer, most of them for want of time."""
        self._place = place
        self._patience = patience
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._looked = float("-inf")
        self._deadline = 0.0

    def close(self) -> None:
        """Close the connection; the next question opens it again."""
        with self._lock:
            self._close()

    def file(self, path: str) -> tuple[str, bytes] | None:
        """Return the language and the hash of a file that is indexed."""
        rows = self._ask("SELECT language, hash FROM file WHERE path = ?", (path,))
        return (rows[0][0], rows[0][1]) if rows else None

    def stamp(self, path: str) -> tuple[int, int] | None:
        """Return size and time of a file that is indexed."""
        rows = self._ask("SELECT size, mtime FROM file WHERE path = ?", (path,))
        return (rows[0][0], rows[0][1]) if rows else None

    def exist(self, paths: Iterable[str]) -> set[str]:
        """Return those of `paths` that are indexed."""
        wanted = list(paths)
        marks = ",".join("?" * len(wanted))
        rows = self._ask(f"SELECT path FROM file WHERE path IN ({marks})", wanted)  # noqa: S608
        return {row[0] for row in rows}

    def with_tail(self, tail: str, limit: int) -> list[str]:
        """Return files that are imported by the word `tail`."""
        sql = "SELECT path FROM file WHERE tail = ? LIMIT ?"
        return [row[0] for row in self._ask(sql, (tail, limit))]

    def in_folder(self, folder: str, limit: int, seconds: float | None = None) -> list[str]:
        """Return files of `folder` and below it, in order; all files for an empty name."""
        # Behind the slash comes the digit zero.
        low, high = (f"{folder}/", f"{folder}0") if folder else ("", "\U0010ffff")
        sql = "SELECT path FROM file WHERE path >= ? AND path < ? ORDER BY path LIMIT ?"
        return [row[0] for row in self._ask(sql, (low, high, limit), seconds)]

    def defined(self, name: str, limit: int) -> list[tuple[str, int, int]]:
        """Return where `name` is defined: the path, and the keys for `definition`."""
        sql = (
            "SELECT path, file, place FROM definition JOIN file ON file.id = file "
            "WHERE name = ? LIMIT ?"
        )
        return [tuple(row) for row in self._ask(sql, (name, limit))]

    def definition(self, file: int, place: int) -> Definition | None:
        """Return one definition."""
        rows = self._ask(
            f"SELECT {_DEFINITION} FROM definition WHERE file = ? AND place = ?",  # noqa: S608
            (file, place),
        )
        return _definition(rows[0]) if rows else None

    def definitions_in(self, path: str, names: Sequence[str] = ()) -> list[Definition]:
        """Return the definitions of a file, in its order.

        With `names`, only those at the top level that are called so, and what is inside of them.
        """
        which = ""
        if names:
            marks = ",".join("?" * len(names))
            first = "substr(scope, 1, instr(scope || '.', '.') - 1)"
            which = f"AND iif(scope = '', name, {first}) IN ({marks})"
        rows = self._ask(
            f"SELECT {_DEFINITION} FROM definition "  # noqa: S608
            f"WHERE file = (SELECT id FROM file WHERE path = ?) {which} ORDER BY place",
            (path, *names),
        )
        return [_definition(row) for row in rows]

    def defines(self, path: str, name: str) -> bool:
        """Tell whether a file defines `name` at its top level."""
        rows = self._ask(
            "SELECT 1 FROM definition WHERE name = ? AND scope = '' "
            "AND file = (SELECT id FROM file WHERE path = ?) LIMIT 1",
            (name, path),
        )
        return bool(rows)

    def imports_of(self, path: str) -> list[Import]:
        """Return the imports of a file, in its order."""
        rows = self._ask(
            "SELECT module, names, line FROM import "
            "WHERE file = (SELECT id FROM file WHERE path = ?) ORDER BY place",
            (path,),
        )
        return [_import(row) for row in rows]

    def importing(self, tails: Sequence[str], limit: int) -> list[tuple[str, Import]]:
        """Return imports of modules that end in one of `tails`, with the files they stand in."""
        marks = ",".join("?" * len(tails))
        rows = self._ask(
            "SELECT path, module, names, line FROM import JOIN file ON file.id = file "  # noqa: S608
            f"WHERE import.tail IN ({marks}) LIMIT ?",
            (*tails, limit),
        )
        return [(row[0], _import(row[1:])) for row in rows]

    def importing_name(self, name: str, limit: int) -> list[tuple[str, Import]]:
        """Return imports of `name` out of any module, with the files they stand in."""
        rows = self._ask(
            "SELECT path, module, names, line FROM reference "
            "JOIN import ON import.file = reference.file JOIN file ON file.id = import.file "
            "WHERE reference.name = ? AND instr(names, ?) LIMIT ?",
            (name, json.dumps([name])[1:-1], limit),
        )
        return [(row[0], _import(row[1:])) for row in rows]

    def references(self, name: str, limit: int) -> list[tuple[str, int]]:
        """Return the files in which `name` stands, and how often."""
        rows = self._ask(
            "SELECT path, count FROM reference JOIN file ON file.id = file "
            "WHERE name = ? ORDER BY count DESC, path LIMIT ?",
            (name, limit),
        )
        return [(row[0], row[1]) for row in rows]

    def corpus(self) -> Corpus:
        """Return what is known of all chunks."""
        rows = dict(self._ask("SELECT key, value FROM meta WHERE key IN ('chunks', 'words')"))
        chunks = rows.get("chunks", 0)
        return Corpus(chunks, rows.get("words", 0) / chunks if chunks else 0.0)

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """Return how many chunks hold each word, common ones as of the last walk."""
        marks = ",".join("?" * len(words))
        sql = f"SELECT word, chunks FROM common WHERE word IN ({marks})"  # noqa: S608
        found: dict[str, int] = dict(self._ask(sql, words))
        for word in words:
            if word not in found:
                rows = self._ask("SELECT doc FROM vocabulary WHERE term = ?", (word,))
                found[word] = rows[0][0] if rows else 0
        return found

    def ranked(self, words: Sequence[str], limit: int) -> list[int]:
        """Return the chunks that are most like `words`, best first."""
        match = " OR ".join(f'"{word}"' for word in words)
        sql = "SELECT rowid FROM code WHERE code MATCH ? ORDER BY rank LIMIT ?"
        return [row[0] for row in self._ask(sql, (match, limit))]

    def chunks(self, ids: Sequence[int]) -> list[tuple[Any, ...]]:
        """Return path, language, hash, start, end, line, end line and words of chunks."""
        marks = ",".join("?" * len(ids))
        return self._ask(
            "SELECT path, language, hash, start, end, line, end_line, words "  # noqa: S608
            "FROM chunk JOIN file ON file.id = file JOIN code ON code.rowid = chunk.id "
            f"WHERE chunk.id IN ({marks})",
            ids,
        )

    def stats(self) -> Stats:
        """Count what is there; this one may take its time."""
        sql = " UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in _TABLES)  # noqa: S608
        counts = [row[0] for row in self._ask(sql, seconds=60.0)]
        if not counts:
            return Stats()
        files, definitions, imports, references, chunks = counts
        sql = "SELECT language, count(*) FROM file GROUP BY 1 ORDER BY 2 DESC, 1"
        languages = dict(self._ask(sql, seconds=60.0))
        size = self._place.size()
        return Stats(files, definitions, imports, references, chunks, size, languages)

    def _ask(self, sql: str, values: Sequence[Any] = (), seconds: float | None = None) -> list[Any]:
        """Return the rows of one statement; none if anything is in its way."""
        with self._lock:
            connection = self._open()
            self.asked += 1
            if connection is None:
                self.unanswered += 1
                return []
            self._deadline = time.monotonic() + (seconds or self._patience)
            try:
                return connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                self.unanswered += 1
                self._note(error)
                return []

    def _note(self, error: sqlite3.Error) -> None:
        if database.is_damage(error):
            _log.warning("The index is damaged; the next refresh builds it anew.")
            self.damaged = True
            self._close()
        else:
            # Interrupted at its deadline, or the tables are just being made.
            _log.debug("The index gave no answer: %s.", type(error).__name__)

    def _open(self) -> sqlite3.Connection | None:
        now = time.monotonic()
        if now - self._looked < _LOOK_SECONDS:
            return self._connection
        self._looked = now
        identity = _identity(self._place.database)
        if identity == self._identity and self._connection is not None:
            return self._connection
        self._close()
        if identity is None:
            return None
        try:
            connection = database.connect(self._place)
            connection.execute("PRAGMA query_only = ON")
            connection.set_progress_handler(self._late, _STEPS)
        except sqlite3.Error as error:
            self._note(error)
            return None
        self.damaged = False
        self._connection, self._identity = connection, identity
        return connection

    def _late(self) -> bool:
        return time.monotonic() > self._deadline

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._identity = None


_TABLES = ("file", "definition", "import", "reference", "chunk")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _definition(row: Sequence[Any]) -> Definition:
    name, kind, scope, signature, doc, start, end, line, end_line = row
    return Definition(kind, name, scope, signature, doc, start, end, line, end_line)


def _import(row: Sequence[Any]) -> Import:
    module, names, line = row
    return Import(module, tuple((name, alias) for name, alias in json.loads(names)), line)
