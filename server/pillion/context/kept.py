"""Which files are never sent to another machine, whatever else may be done with them. Pure.

An entry is a pattern of an ignore file at the root of a workspace, or a folder of the user's, as
`~/clients/acme`, for every workspace in it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.context.ignore_files import Rules

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERYTHING = "*"


def patterns(entries: Iterable[str], root: str) -> tuple[str, ...]:
    """Return the entries as patterns below the folder `root`."""
    return tuple(_pattern(entry, os.path.realpath(root)) for entry in entries)


def is_kept(entries: Iterable[str], root: str, path: str) -> bool:
    """Tell whether the file at `path`, below `root`, is one of them."""
    root, path = os.path.realpath(root), os.path.realpath(path)
    if path != root and not path.startswith(root.rstrip(os.sep) + os.sep):
        return False
    relative = path[len(root) :].strip(os.sep).replace(os.sep, "/")
    return bool(covering(Rules(patterns(entries, root), ""), relative))


def covering(rules: Rules, relative: str) -> str:
    """Return the pattern that means a file or a folder it lies in; empty if there is none."""
    *folders, name = relative.split("/")
    path = ""
    for folder in folders:
        path += folder + "/"
        if rules.verdict(path, folder + "/"):
            return rules.line_for(path)
    return rules.line_for(relative) if rules.verdict(relative, name) else ""


def _pattern(entry: str, root: str) -> str:
    """Return an entry as a pattern; a folder that the root lies in means all of it."""
    named = entry.startswith("~") or Path(entry).is_absolute()
    folder = os.path.realpath(Path(entry).expanduser()) if named else ""
    inside = root == folder or root.startswith(folder.rstrip(os.sep) + os.sep)
    if named and inside:
        return EVERYTHING
    if named and folder.startswith(root.rstrip(os.sep) + os.sep):
        return folder[len(root.rstrip(os.sep)) :].replace(os.sep, "/") + "/"
    return entry
