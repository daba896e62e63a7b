"""A library over a folder of files, as a conversation without an editor has it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pillion.commands.desk import DiskGate
from pillion.context.editor import Diagnostic
from pillion.context.index.index import Index
from pillion.context.index.workspace import Workspace
from pillion.context.library import Library
from pillion.text.snapshot import Snapshot


def library_of(
    root: Path,
    cache: Path,
    *,
    opened: Mapping[str, Snapshot] | None = None,
    problems: Mapping[str, tuple[Diagnostic, ...]] | None = None,
) -> Library:
    """Index `root`, and return what may be looked at there."""
    index = Index.open(root, cache, patience=60)
    index.refresh()
    known = {} if problems is None else problems
    return Library(
        Workspace([index]),
        DiskGate(root),
        ({} if opened is None else opened).get,
        lambda uri: known.get(uri, ()),
    )
