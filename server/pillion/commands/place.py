"""FILE:LINE:COL, as commands take it: a document and an offset in it."""

from __future__ import annotations

import re
from pathlib import Path

from pillion.base.errors import UsageError
from pillion.syntax.languages import language_for_path
from pillion.text.snapshot import Snapshot

_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d+):(?P<column>\d+)")


def read_place(place: str) -> tuple[Snapshot, int, list[str]]:
    """Return the document, the code-point offset, and remarks. Raises `UsageError`."""
    match = _PLACE.fullmatch(place)
    if not match:
        raise UsageError(f"`{place}` is not FILE:LINE:COL, such as src/app.py:12:8.")
    path = Path(match["file"])
    snapshot, notes = read_document(path)
    line, column = int(match["line"]) - 1, int(match["column"])
    if not 0 <= line < len(snapshot.lines):
        raise UsageError(f"{path} has {len(snapshot.lines)} lines; there is no line {line + 1}.")
    if column > len(snapshot.line(line)):
        raise UsageError(f"Line {line + 1} of {path} has {len(snapshot.line(line))} characters.")
    return snapshot, snapshot.lines.starts[line] + column, notes


def read_document(path: Path) -> tuple[Snapshot, list[str]]:
    """Return the document in a file, and remarks. Raises `UsageError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    notes = []
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        notes.append(f"{path} is not valid UTF-8 (byte {error.start}); such bytes read as \ufffd.")
        text = data.decode(errors="replace")
    return Snapshot(path.resolve().as_uri(), text, language=language_for_path(path)), notes
