"""What the project's own linter says of a file: ruff, where it is installed and set up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pillion.assist.review import CORRECTNESS, READABILITY, SECURITY, Finding
from pillion.context.ignore import root_of
from pillion.linters.project import RUFF, tool_of
from pillion.linters.run import remarks

if TYPE_CHECKING:
    from pillion.linters.remark import Remark
    from pillion.text.snapshot import Snapshot

_CORRECT = ("F", "E9", "B", "PLE", "ASYNC", "RUF006")


def ruff(snapshot: Snapshot, file: Path) -> list[Finding]:
    """Return what ruff says of the text, with its fixes; nothing where the project has no ruff."""
    tool = tool_of(RUFF, file, Path(root_of(str(file.absolute()))))
    if tool is None or snapshot.language != "python":
        return []
    return [_finding(one) for one in remarks(tool, file, snapshot)]


def _finding(said: Remark) -> Finding:
    code = said.code
    role = CORRECTNESS if code.startswith(_CORRECT) else READABILITY
    if code.startswith("S") and code[1:].isdigit():
        role = SECURITY
    message = f"{said.message}.".replace("..", ".")
    return Finding(said.start, said.end, role, message, code, said.edits)
