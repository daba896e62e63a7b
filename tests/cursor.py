"""Cursor markers: ``█`` is the cursor and ``├…┤`` the inserted text."""

from __future__ import annotations

from pillion.text.snapshot import Snapshot

CURSOR = "█"


def at_cursor(marked: str, language: str = "python") -> tuple[Snapshot, int]:
    """Return the document without its one cursor marker, and the cursor's offset."""
    before, cursor, after = marked.partition(CURSOR)
    assert cursor, "the text has no cursor marker"
    assert CURSOR not in after, "the text has two cursor markers"
    return Snapshot("file:///marked", before + after, language=language), len(before)
