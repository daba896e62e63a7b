"""Signs that a user writes in the text itself: ``/explain``, ``@diff``, ``@file src/app.py``.

For clients without a menu for it. Only the user's own last message is read this way, never a
file, an answer or what a tool says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.context.chip import Chip, Kind
from pillion.prompt import talk

if TYPE_CHECKING:
    from collections.abc import Callable

_MENTION = re.compile(
    r"(?<!\S)@(?:(?P<whole>diff|repo)\b"
    r"|(?P<kind>file|symbol|problems|selection)[ :]+(?P<name>[^\s`,;]+))"
)
_LINES = re.compile(r"(?P<path>.+):(?P<first>\d+)(?:-(?P<last>\d+))?")
_COMMAND = re.compile(r"/(?P<name>[\w-]+)(?:\s+|\Z)")
_MOST = 8


def split_command(text: str) -> tuple[str, str]:
    """Return the slash command that a message begins with, and the rest."""
    match = _COMMAND.match(text)
    if match and match["name"] in talk.commands():
        return match["name"], text[match.end() :].strip()
    return "", text


def mentions(text: str, uri_of: Callable[[str], str | None]) -> tuple[list[Chip], list[str]]:
    """Return what is attached in `text`, and a note for each file that is not there.

    `uri_of` finds a file of the workspace by its path.
    """
    chips: list[Chip] = []
    notes: list[str] = []
    for match in list(_MENTION.finditer(text))[:_MOST]:
        if match["whole"]:
            chips.append(Chip(Kind(match["whole"])))
            continue
        kind, name = Kind(match["kind"]), match["name"].rstrip(".?!)")
        if kind is Kind.SYMBOL:
            chips.append(Chip(kind, name=name))
            continue
        lines = _LINES.fullmatch(name)
        path = lines["path"] if lines else name
        uri = uri_of(path)
        if uri is None:
            notes.append(f"There is no file {path} in the workspace.")
        elif lines:
            first = int(lines["first"]) - 1
            last = int(lines["last"] or lines["first"]) - 1
            chips.append(Chip(Kind.SELECTION, uri, max(0, first), max(0, first, last)))
        elif kind is Kind.PROBLEMS:
            chips.append(Chip(kind, uri))
        else:
            chips.append(Chip(Kind.FILE, uri))
    return chips, notes
