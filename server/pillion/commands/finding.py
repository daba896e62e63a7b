"""What `pillion doctor` finds, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    subject: str
    text: str
    mend: str = ""
    data: dict[str, object] = field(default_factory=dict)


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
