"""FILE:LINE or FILE:LINE-LINE, as commands take it, and what they need to work on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.base.errors import UsageError
from pillion.commands.place import read_document
from pillion.context.exclusion import PRIVATE
from pillion.context.ignore import Ignore, root_of
from pillion.context.index.index import Index

if TYPE_CHECKING:
    from pillion.text.snapshot import Snapshot

_TARGET = re.compile(r"(?P<file>.+?):(?P<first>\d+)(?:-(?P<last>\d+))?")


@dataclass(frozen=True, slots=True)
class Target:
    """Lines of a file."""

    file: Path
    snapshot: Snapshot
    start: int
    end: int
    """The selected lines; the same offset where only one line was named."""
    path: str
    """The file as the index names it."""
    index: Index | None
    """What is indexed of the file's project already; nothing is indexed now."""
    notes: list[str]


def read_target(text: str) -> Target:
    """Return what `text` names. Raises `UsageError`, also for a file that is never read."""
    match = _TARGET.fullmatch(text)
    if not match:
        raise UsageError(f"`{text}` is not FILE:LINE or FILE:LINE-LINE, such as src/app.py:12-20.")
    file = Path(match["file"])
    out = Ignore(root_of(match["file"])).why_private(file.absolute())
    if out in PRIVATE and out is not None:
        raise UsageError(f"{file} is kept from the model. {out.sentence}")
    snapshot, notes = read_document(file)
    count = len(snapshot.lines)
    first = int(match["first"])
    last = int(match["last"] or first)
    if not 1 <= first <= last <= count:
        raise UsageError(f"{file} has lines 1 to {count}, not {text.rpartition(':')[2]}.")
    start, end = snapshot.lines.starts[first - 1], snapshot.lines.ends[last - 1]
    index = Index.open(Path(root_of(match["file"])), patience=1)
    path = index.relative(file.absolute()) or file.name
    known = index if index.ready else None
    return Target(file, snapshot, start, end if match["last"] else start, path, known, notes)
