"""What `pillion doctor` finds, how it is shown, and how it is mended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pillion.base.errors import PillionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    subject: str
    text: str
    mend: str = ""
    """What the user can do."""
    data: dict[str, object] = field(default_factory=dict)
    fix: Callable[[], str] | None = None
    """Does it for the user, and tells in a sentence what was done."""

    def to_json(self) -> dict[str, Any]:
        """Return what scripts and editors read."""
        return {
            "level": self.level,
            "subject": self.subject,
            "text": self.text,
            "mend": self.mend,
            "data": self.data,
        }

    def mended(self) -> Finding:
        """Call `fix`, and return what has come of it."""
        assert self.fix is not None  # noqa: S101 - only what can be fixed is.
        try:
            return Finding("ok", self.subject, f"Mended: {self.fix()}")
        except (PillionError, OSError) as error:
            return Finding("error", self.subject, f"Not mended: {error}", self.mend)


def show(findings: Iterable[Finding]) -> None:
    """Print the findings as a table."""
    style = {"ok": "green", "warning": "yellow", "error": "bold red"}
    table = Table.grid(padding=(0, 2))
    for finding in findings:
        text = Text(finding.text)
        if finding.mend:
            text.append(f"\n{finding.mend}", style="bold")
        table.add_row(Text(finding.level, style=style[finding.level]), finding.subject, text)
    Console().print(table)
