"""CanItEdit: programs, what is to be changed in them, and the tests that judge the change.

Each program has two instructions, one that describes the change and one as a hurried person would
write it; each is a task of its own.
"""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.base.errors import UsageError
from pillion.eval.humaneval import PASSED
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

FILE = "CanItEdit.jsonl.gz"
KINDS = ("descriptive", "lazy")


@dataclass(frozen=True, slots=True)
class Task:
    """One program and one instruction."""

    id: str
    kind: str
    snapshot: Snapshot
    instruction: str
    reference: str
    """The program as it is right."""
    test: str

    def program(self, document: str) -> str:
        """Return what judges `document`."""
        return f"{document}\n\n{self.test}\nprint({PASSED!r})\n"


def load_tasks(data: Path, *, sample: int, seed: int) -> list[Task]:
    """Choose `sample` tasks that need no libraries; the seed alone decides which."""
    try:
        with gzip.open(data / FILE, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
    except OSError as error:
        raise UsageError(f"{data / FILE} cannot be read: {error}.") from error
    tasks = [
        Task(
            f"{row['full_name']}/{kind}",
            kind,
            Snapshot(f"file:///{row['full_name']}.py", row["before"], language="python"),
            row[f"instruction_{kind}"],
            row["after"],
            row["tests"],
        )
        for row in rows
        # Libraries beyond Python's own are not in the sandbox.
        if not row["taxonomy"]["libraries"]
        for kind in KINDS
    ]
    return random.Random(seed).sample(tasks, len(tasks))[:sample]  # noqa: S311 - no secret.
