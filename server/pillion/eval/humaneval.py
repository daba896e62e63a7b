"""The exercises of HumanEval, its infilling and MBPP, and the programs that judge an answer.

A program is executed in the sandbox only. It passes when it reaches its last line: code that ends
it early, with any exit code, has not passed.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from pillion.base.errors import UsageError
from pillion.sandbox.run import run_python
from pillion.syntax import python_tree
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.sandbox.limits import Limits
    from pillion.sandbox.outcome import Result

SINGLE_LINE = "HumanEval-SingleLineInfilling.jsonl.gz"
HUMAN_EVAL = "HumanEval.jsonl.gz"
MBPP = "sanitized-mbpp.json"
PASSED = "every check passed"

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Exercise:
    """A document with a gap at the cursor, and the program that judges what fills it."""

    id: str
    snapshot: Snapshot
    offset: int
    truth: str
    """What was written there, as far as it is known."""
    reference: str
    """The document as it is right."""
    test: str

    def program(self, document: str) -> str:
        """Return what judges `document`."""
        return f"{document}\n\n{self.test}\nprint({PASSED!r})\n"


def load_infilling(data: Path, *, sample: int, seed: int) -> list[Exercise]:
    """Choose `sample` tasks; the choice and its order depend on the seed only.

    The document is the function with a blank line where the missing line was, the cursor at the
    start of that line, as in an editor. The order is random, so that the first tasks stand for all,
    and a smaller sample is the beginning of a larger one.
    """
    rows = _mixed(_lines(data / SINGLE_LINE), seed)
    return [_infilling(row) for row in rows[:sample]]


def load_functions(data: Path, *, sample: int, seed: int) -> list[Exercise]:
    """Choose `sample` functions of HumanEval or MBPP that have only their head and docstring.

    The cursor stands below the docstring, indented, as an editor does it.
    """
    if (data / HUMAN_EVAL).exists():
        return [_function(row) for row in _mixed(_lines(data / HUMAN_EVAL), seed)[:sample]]
    try:
        rows = json.loads((data / MBPP).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{data} holds neither {HUMAN_EVAL} nor {MBPP}.") from error
    found = (exercise for row in _mixed(rows, seed) if (exercise := _from_sentence(row)))
    return list(islice(found, sample))


def _infilling(row: dict[str, str]) -> Exercise:
    before, after = row["prompt"], row["suffix"]
    truth = row["canonical_solution"].rstrip("\n")
    return Exercise(
        row["task_id"],
        _snapshot(row["task_id"], f"{before}\n{after}"),
        len(before),
        truth,
        f"{before}{truth}\n{after}",
        f"{row['test']}\ncheck({row['entry_point']})",
    )


def _function(row: dict[str, str]) -> Exercise:
    before = row["prompt"].rstrip() + "\n    "
    return Exercise(
        row["task_id"],
        _snapshot(row["task_id"], before),
        len(before),
        row["canonical_solution"].strip(),
        row["prompt"] + row["canonical_solution"],
        f"{row['test']}\ncheck({row['entry_point']})",
    )


def _from_sentence(row: dict[str, Any]) -> Exercise | None:
    """Return an exercise of MBPP; None where the head of the tested function is not found."""
    heads = re.findall(r"^def (\w+)\(.*\):[ \t]*$", row["code"], re.MULTILINE)
    name = next((head for head in heads if f"{head}(" in row["test_list"][0]), None)
    match = re.search(rf"^def {name}\(.*\):[ \t]*$", row["code"], re.MULTILINE) if name else None
    if match is None:
        return None
    before = f'{match[0].rstrip()}\n    """{row["prompt"].strip()}"""\n    '
    return Exercise(
        f"MBPP/{row['task_id']}",
        _snapshot(f"MBPP/{row['task_id']}", before),
        len(before),
        row["code"][match.end() :].strip(),
        row["code"],
        "\n".join([*row["test_imports"], *row["test_list"]]),
    )


def _snapshot(task: str, text: str) -> Snapshot:
    return Snapshot(f"file:///{task.replace('/', '-')}.py", text, language="python")


def _lines(path: Path) -> list[dict[str, str]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return [json.loads(line) for line in file]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error


def _mixed(rows: list[Row], seed: int) -> list[Row]:
    return random.Random(seed).sample(rows, len(rows))  # noqa: S311 - a sample, no secret.


def parses(source: str) -> bool:
    """Whether Python's own parser accepts the source."""
    return python_tree.module(source) is not None


def judge(program: str, limits: Limits) -> tuple[bool, Result]:
    """Run a program in the sandbox; return whether it came to its end, and the run."""
    result = run_python(program, limits)
    return result.ok and result.stdout.endswith(f"{PASSED}\n"), result
