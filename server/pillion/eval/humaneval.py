"""The tasks of HumanEval and of its infilling, and the programs that judge an answer.

A program is executed in the sandbox only. It passes when it reaches its last line: code that ends
it early, with any exit code, has not passed.
"""

from __future__ import annotations

import ast
import gzip
import json
import random
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.base.errors import UsageError
from pillion.sandbox.run import run_python
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.sandbox.limits import Limits
    from pillion.sandbox.outcome import Result

SINGLE_LINE = "HumanEval-SingleLineInfilling.jsonl.gz"
PASSED = "every check passed"


@dataclass(frozen=True, slots=True)
class Infilling:
    """A function without one of its lines."""

    id: str
    snapshot: Snapshot
    offset: int
    truth: str
    test: str
    """Calls `check` on the function."""

    def program(self, document: str) -> str:
        """Return what judges `document`."""
        return f"{document}\n\n{self.test}\nprint({PASSED!r})\n"


def load_infilling(data: Path, *, sample: int, seed: int) -> list[Infilling]:
    """Choose `sample` tasks; the choice and its order depend on the seed only.

    The document is the function with a blank line where the missing line was, the cursor at the
    start of that line, as in an editor. The order is random, so that the first tasks stand for all,
    and a smaller sample is the beginning of a larger one.
    """
    path = data / SINGLE_LINE
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    mixed = random.Random(seed).sample(rows, len(rows))  # noqa: S311
    return [_infilling(row) for row in mixed[:sample]]


def _infilling(row: dict[str, str]) -> Infilling:
    before, after = row["prompt"], row["suffix"]
    uri = f"file:///{row['task_id'].replace('/', '-')}.py"
    snapshot = Snapshot(uri, f"{before}\n{after}", language="python")
    truth = row["canonical_solution"].rstrip("\n")
    test = f"{row['test']}\ncheck({row['entry_point']})"
    return Infilling(row["task_id"], snapshot, len(before), truth, test)


def parses(source: str) -> bool:
    """Whether Python's own parser accepts the source."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of doubtful escapes and comparisons.
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def judge(program: str, limits: Limits) -> tuple[bool, Result]:
    """Run a program in the sandbox; return whether it came to its end, and the run."""
    result = run_python(program, limits)
    return result.ok and result.stdout.endswith(f"{PASSED}\n"), result
