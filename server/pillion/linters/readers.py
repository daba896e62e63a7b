"""What each linter prints, read. What cannot be understood is nothing."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from pillion.linters.remark import Remark
from pillion.text.edits import Edit
from pillion.text.positions import Encoding, Position, offset_at

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.text.snapshot import Snapshot

_MYPY = re.compile(
    r"(?P<file>.+?):(?P<line>\d+):(?:(?P<column>\d+):)? error: (?P<message>.*?)"
    r"(?:  \[(?P<code>[\w-]+)\])?"
)
_ESLINT_ERROR = 2


def ruff(said: str, snapshot: Snapshot, _file: Path, _folder: Path) -> list[Remark]:
    """Read what ruff prints as JSON; columns count code points."""
    found = []
    for one in _rows(said):
        if one.get("code"):
            start, end = (
                _offset(snapshot, one[place]["row"], one[place]["column"])
                for place in ("location", "end_location")
            )
            edits = _ruff_edits(snapshot, one.get("fix") or {})
            found.append(Remark(start, end, "ruff", one["code"], one["message"], edits))
    return found


def eslint(said: str, snapshot: Snapshot, _file: Path, _folder: Path) -> list[Remark]:
    """Read what eslint prints as JSON: what it calls errors; columns count UTF-16 units."""
    return [
        Remark(
            _offset(snapshot, one.get("line", 1), one.get("column", 1), Encoding.UTF16),
            _offset(
                snapshot,
                one.get("endLine") or one.get("line", 1),
                one.get("endColumn") or one.get("column", 1),
                Encoding.UTF16,
            ),
            "eslint",
            one.get("ruleId") or "syntax",
            one["message"],
        )
        for file in _rows(said)
        for one in file.get("messages", ())
        if one.get("severity") == _ESLINT_ERROR
    ]


def mypy(said: str, snapshot: Snapshot, file: Path, folder: Path) -> list[Remark]:
    """Read the lines of mypy that are about this file."""
    found = []
    for line in said.splitlines():
        match = _MYPY.fullmatch(line)
        if match and os.path.realpath(folder / match["file"]) == os.path.realpath(file):
            start = _offset(snapshot, int(match["line"]), int(match["column"] or 1))
            code = match["code"] or "error"
            found.append(Remark(start, start, "mypy", code, match["message"]))
    return found


def tsc(said: str, snapshot: Snapshot, _file: Path, _folder: Path) -> list[Remark]:
    """Read what `tsc.cjs` prints; offsets count UTF-16 units."""
    found = []
    for one in _rows(said):
        start = _from_utf16(snapshot.text, one["start"])
        end = _from_utf16(snapshot.text, one["start"] + one["length"])
        found.append(Remark(start, end, "tsc", f"TS{one['code']}", one["message"]))
    return found


def _rows(said: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(said or "[]")
    except ValueError:
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _ruff_edits(snapshot: Snapshot, fix: dict[str, Any]) -> tuple[Edit, ...]:
    if fix.get("applicability") != "safe":
        return ()
    return tuple(
        Edit(
            _offset(snapshot, one["location"]["row"], one["location"]["column"]),
            _offset(snapshot, one["end_location"]["row"], one["end_location"]["column"]),
            one["content"],
        )
        for one in fix.get("edits", ())
    )


def _offset(snapshot: Snapshot, row: int, column: int, encoding: Encoding = Encoding.UTF32) -> int:
    return offset_at(snapshot, Position(max(0, row - 1), max(0, column - 1)), encoding)


def _from_utf16(text: str, units: int) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore"))
