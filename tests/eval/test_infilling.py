"""The infilling suite with a scripted engine and the real sandbox."""

from __future__ import annotations

import gzip
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from pillion.base.errors import UsageError
from pillion.base.settings import Settings
from pillion.engine.fake import FakeEngine, Script
from pillion.eval.asking import WAYS, Asker, first_line
from pillion.eval.cases import Cases
from pillion.eval.compare import compare
from pillion.eval.humaneval import (
    HUMAN_EVAL,
    MBPP,
    SINGLE_LINE,
    Exercise,
    judge,
    load_functions,
    load_infilling,
    parses,
)
from pillion.eval.infilling import LIMITS, Row, aims, cases, gains, judged, summary
from pillion.eval.infilling_report import INFILL, report

TASK = {
    "task_id": "SingleLineInfilling/HumanEval/0/L0",
    "entry_point": "double",
    "prompt": "def double(x):\n",
    "suffix": "    return y\n",
    "canonical_solution": "    y = 2 * x\n",
    "test": "def check(candidate):\n    assert candidate(2) == 4\n",
}


@pytest.fixture
def task(tmp_path: Path) -> Exercise:
    rows = [TASK, {**TASK, "task_id": "SingleLineInfilling/HumanEval/0/L1"}]
    with gzip.open(tmp_path / SINGLE_LINE, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    assert len(load_infilling(tmp_path, sample=9, seed=1)) == 2
    return load_infilling(tmp_path, sample=1, seed=1)[0]


async def answered(task: Exercise, *scripts: Script) -> dict[str, Row]:
    asker = Asker(FakeEngine(scripts), Settings())
    answers = await asker.ask(task.snapshot, task.offset)
    return {row.way: row for row in await judged(task, answers)}


def test_no_data(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load_infilling(tmp_path, sample=1, seed=1)


def test_document_has_a_blank_line_for_the_missing_one(task: Exercise) -> None:
    assert task.snapshot.text == "def double(x):\n\n    return y\n"
    assert task.snapshot.text[: task.offset] == "def double(x):\n"
    assert task.truth == "    y = 2 * x"


async def test_ways(task: Exercise) -> None:
    """Raw goes on after the line and fails; its first line and what is shown pass."""
    rows = await answered(task, Script(["    y = 2 * x\n", "    return y\n```\n", "This is it."]))
    assert list(rows) == list(WAYS)
    assert {way: row.passed for way, row in rows.items()} == {
        "raw": False,
        "line": True,
        "shown": True,
    }
    assert {way: row.valid for way, row in rows.items()} == {
        "raw": False,
        "line": True,
        "shown": True,
    }
    assert all(row.reference for row in rows.values())
    assert rows["shown"].exact
    assert rows["shown"].text == "    y = 2 * x"


async def test_nothing_shown(task: Exercise) -> None:
    rows = await answered(task, Script([" "]))
    assert rows["shown"].reason == "only_whitespace"
    assert not rows["shown"].passed
    assert rows["shown"].valid


async def test_figures(task: Exercise) -> None:
    rows = list((await answered(task, Script(["    y = 2 * x\n", "```\n"]))).values())
    figures = summary(rows)
    assert figures["shown"]["exact"] == figures["line"]["exact"]
    assert gains(rows, "raw")["pass_at_1"]["mean"] == 1.0
    assert all(aim.met for aim in aims(rows).values())
    changes = compare(cases(rows), cases(rows))
    assert {change.way for change in changes} == set(WAYS)
    assert all(change.mean == 0 and not change.certain for change in changes)


async def test_cases_come_back_from_their_file(task: Exercise, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    kept = Cases(Row, path)
    for row in (await answered(task, Script(["    y = 'é,\"'\n"]))).values():
        kept.add(row)
    assert Cases(Row, path).rows == kept.rows


def test_cases_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UsageError, match="another measurement"):
        Cases(Row, path)


async def test_report(task: Exercise) -> None:
    """The page is whole, fetches nothing, and spells out what the model wrote."""
    rows = list((await answered(task, Script(["    y = x < 2 & x\n", "</table>\n"]))).values())
    page = report("Infilling", INFILL, rows, {"model": "fake", "seed": 1})
    # Left out: what is closed in XML only.
    well_formed = re.sub(r"<!doctype html>|<meta [^>]*>", "", page)
    ET.fromstring(well_formed)  # noqa: S314 - it is our own.
    assert "x &lt; 2 &amp; x" in page
    assert "http" not in page
    assert page.count("<svg") == 3


@pytest.mark.parametrize(
    ("program", "passes"),
    [
        ("print('every check passed')", True),
        ("raise SystemExit(0)\nprint('every check passed')", False),
        ("import os\nos._exit(0)", False),
        ("assert False\nprint('every check passed')", False),
        ("print('every check passed')\nraise ValueError", False),
    ],
)
def test_only_the_last_line_passes(program: str, passes: bool) -> None:
    assert judge(program, LIMITS)[0] is passes


def test_parses() -> None:
    assert parses("x = '\\d'")
    assert not parses("def f(:")
    assert not parses("\x00")


@pytest.mark.parametrize(
    ("text", "line"),
    [("", ""), ("a\nb", "a"), ("\n\n  a \nb", "  a"), ("    x = 1", "    x = 1"), ("\n\n", "")],
)
def test_first_line(text: str, line: str) -> None:
    assert first_line(text) == line


async def test_functions_by_accepting_only(tmp_path: Path) -> None:
    """Each suggestion is accepted, a line begun behind it, until there is nothing more."""
    row = {
        "task_id": "HumanEval/0",
        "entry_point": "double",
        "prompt": 'def double(x):\n    """Twice x."""\n',
        "canonical_solution": "    return 2 * x\n",
        "test": TASK["test"],
    }
    with gzip.open(tmp_path / HUMAN_EVAL, "wt", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    (task,) = load_functions(tmp_path, sample=9, seed=1)
    assert task.snapshot.text.endswith('"""\n    ')
    scripts: tuple[list[str], ...] = (["return x\n"], ["y = x * 2\n"], ["return y\n"], [])
    asker = Asker(FakeEngine([Script(chunks) for chunks in scripts]), Settings())
    rows = await judged(task, await asker.write(task.snapshot, task.offset, 384))
    assert [(row.way, row.passed) for row in rows] == [("raw", False), ("tab", True)]
    assert rows[1].text == "y = x * 2\n    return y"
    assert all(row.reference for row in rows)


def test_functions_from_sentences(tmp_path: Path) -> None:
    row = {
        "task_id": 2,
        "prompt": "Write a function to double a number.",
        "code": "def helper(x):\n  return x\ndef double(x):\n  return 2 * helper(x)",
        "test_imports": ["import math"],
        "test_list": ["assert double(2) == 4"],
    }
    other = {**row, "code": "double = lambda x: 2 * x"}
    (tmp_path / MBPP).write_text(json.dumps([row, other]), encoding="utf-8")
    (task,) = load_functions(tmp_path, sample=9, seed=1)
    assert task.snapshot.text == (
        'def double(x):\n    """Write a function to double a number."""\n    '
    )
    assert task.truth == "return 2 * helper(x)"
    assert judge(task.program(task.reference), LIMITS)[0]


def test_functions_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither"):
        load_functions(tmp_path, sample=1, seed=1)
