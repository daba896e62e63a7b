"""What the project's own linter says of a file: ruff, where it is installed and set up."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

from pillion.assist.review import CORRECTNESS, READABILITY, SECURITY, Finding
from pillion.text.edits import Edit
from pillion.text.positions import Encoding, Position, offset_at

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.text.snapshot import Snapshot

_SECONDS = 20
_CORRECT = ("F", "E9", "B", "PLE", "ASYNC", "RUF006")


def ruff(snapshot: Snapshot, file: Path) -> list[Finding]:
    """Return what ruff says of the text, with its fixes; nothing where the project has no ruff."""
    program = shutil.which("ruff")
    if program is None or snapshot.language != "python" or not _is_set_up(file):
        return []
    command = [program, "check", "--output-format", "json", "--stdin-filename", str(file), "-"]
    try:
        done = subprocess.run(
            command,
            input=snapshot.text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
            cwd=file.parent,
        )
        said = json.loads(done.stdout or "[]")
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return []
    return [_finding(snapshot, one) for one in said if one.get("code")]


def _is_set_up(file: Path) -> bool:
    """Tell whether the project has settings for ruff."""
    for folder in file.absolute().parents:
        if (folder / "ruff.toml").exists() or (folder / ".ruff.toml").exists():
            return True
        project = folder / "pyproject.toml"
        if project.is_file():
            return "[tool.ruff" in project.read_text(encoding="utf-8", errors="replace")
    return False


def _finding(snapshot: Snapshot, said: dict[str, dict[str, object]]) -> Finding:
    code = str(said["code"])
    role = CORRECTNESS if code.startswith(_CORRECT) else READABILITY
    if code.startswith("S") and code[1:].isdigit():
        role = SECURITY
    start, end = _offset(snapshot, said["location"]), _offset(snapshot, said["end_location"])
    return Finding(
        start, end, role, f"{said['message']}.".replace("..", "."), code, _edits(snapshot, said)
    )


def _edits(snapshot: Snapshot, said: dict[str, dict[str, object]]) -> tuple[Edit, ...]:
    fix = said.get("fix") or {}
    if fix.get("applicability") != "safe":
        return ()
    edits: object = fix.get("edits")
    return tuple(
        Edit(
            _offset(snapshot, one["location"]),
            _offset(snapshot, one["end_location"]),
            str(one["content"]),
        )
        for one in (edits if isinstance(edits, list) else ())
    )


def _offset(snapshot: Snapshot, place: dict[str, object]) -> int:
    row, column = int(str(place["row"])), int(str(place["column"]))
    return offset_at(snapshot, Position(row - 1, column - 1), Encoding.UTF32)
