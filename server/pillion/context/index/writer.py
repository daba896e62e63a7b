"""Putting files into the database and taking them out. One transaction may hold many."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.context.index.entry import tail_of

if TYPE_CHECKING:
    import sqlite3

    from pillion.context.index.entry import Entry

COMMON = 64
"""A word in more chunks than this is kept in the table `common`, with their number: counting them
at each search would take milliseconds."""

# Rows of references whose file is gone are swept when there are so many of them.
_SWEEP_SHARE = 0.2

_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a change of a file is noticed without reading it."""

    size: int
    mtime: int
    """Nanoseconds."""


def put(connection: sqlite3.Connection, entry: Entry, stamp: Stamp) -> None:
    """Replace what is known of a file; to be called within a transaction."""
    remove(connection, entry.path)
    cursor = connection.execute(
        "INSERT INTO file (path, tail, language, size, mtime, hash) VALUES (?, ?, ?, ?, ?, ?)",
        (
            entry.path,
            tail_of(entry.path),
            entry.language,
            stamp.size,
            stamp.mtime,
            entry.hash,
        ),
    )
    file = cursor.lastrowid
    found = entry.outline
    connection.executemany(
        "INSERT INTO definition VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                file,
                place,
                item.name,
                item.kind,
                item.scope,
                item.signature,
                item.doc,
                item.start,
                item.end,
                item.line,
                item.end_line,
            )
            for place, item in enumerate(found.definitions)
        ),
    )
    connection.executemany(
        "INSERT INTO import VALUES (?, ?, ?, ?, ?, ?)",
        (
            (file, place, item.module, module_tail(item.module), json.dumps(item.names), item.line)
            for place, item in enumerate(found.imports)
        ),
    )
    connection.executemany(
        "INSERT INTO reference VALUES (?, ?, ?)",
        (
            (name, file, count)
            for name, count in sorted(found.references.items())
            if 1 < len(name) <= _LONGEST_NAME
        ),
    )
    for chunk, words in zip(found.chunks, entry.words, strict=True):
        cursor = connection.execute(
            "INSERT INTO chunk (file, start, end, line, end_line) VALUES (?, ?, ?, ?, ?)",
            (file, chunk.start, chunk.end, chunk.line, chunk.end_line),
        )
        connection.execute(
            "INSERT INTO code (rowid, words) VALUES (?, ?)", (cursor.lastrowid, words)
        )


def touch(connection: sqlite3.Connection, path: str, stamp: Stamp) -> None:
    """Note that a file was written anew with the content it had."""
    connection.execute(
        "UPDATE file SET size = ?, mtime = ? WHERE path = ?", (stamp.size, stamp.mtime, path)
    )


def remove(connection: sqlite3.Connection, path: str) -> bool:
    """Forget a file; tell whether it was known. To be called within a transaction."""
    row = connection.execute("SELECT id FROM file WHERE path = ?", (path,)).fetchone()
    if row is None:
        return False
    connection.execute("DELETE FROM code WHERE rowid IN (SELECT id FROM chunk WHERE file = ?)", row)
    for table in ("chunk", "definition", "import"):
        connection.execute(f"DELETE FROM {table} WHERE file = ?", row)  # noqa: S608
    connection.execute("DELETE FROM file WHERE id = ?", row)
    return True


def count_words(connection: sqlite3.Connection) -> None:
    """Note which words are common, and how long chunks are, for searches to come."""
    files, chunks, words = connection.execute(
        "SELECT (SELECT count(*) FROM file), (SELECT count(*) FROM chunk), "
        "(SELECT coalesce(sum(cnt), 0) FROM vocabulary)"
    ).fetchone()
    connection.execute("DELETE FROM common")
    connection.execute(
        "INSERT INTO common SELECT term, doc FROM vocabulary WHERE doc > ?", (COMMON,)
    )
    connection.executemany(
        "INSERT OR REPLACE INTO meta VALUES (?, ?)",
        [("chunks", chunks), ("words", words), ("files", files)],
    )


def sweep(connection: sqlite3.Connection) -> None:
    """Take away references of files that are gone, if there are many."""
    known, gone = connection.execute(
        "SELECT (SELECT count(*) FROM file), (SELECT coalesce(max(id), 0) FROM file)"
    ).fetchone()
    swept = connection.execute("SELECT value FROM meta WHERE key = 'swept'").fetchone()
    # Ids count upwards for ever, so the difference tells how many files have gone.
    gone -= known + (swept[0] if swept else 0)
    if gone > known * _SWEEP_SHARE:
        connection.execute("DELETE FROM reference WHERE file NOT IN (SELECT id FROM file)")
        connection.execute(
            "INSERT OR REPLACE INTO meta VALUES ('swept', ?)",
            (gone + (swept[0] if swept else 0),),
        )


def module_tail(module: str) -> str:
    """Return the word of an imported module by which files that it may mean are found."""
    parts = [part for part in re.split(r"[./\\:]+", _ENDING.sub("", module)) if part]
    return parts[-1] if parts else ""


# Only endings that are written in imports: `./types.js`, `stdio.h`.
_ENDING = re.compile(r"\.(?:[cm]?[jt]sx?|d\.ts|vue|svelte|h|hh|hpp|hxx|rb|php|json|css)$")
