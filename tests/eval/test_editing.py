"""The editing suite with a scripted engine and the real sandbox."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pillion.base.errors import UsageError
from pillion.engine.fake import FakeEngine, Script
from pillion.eval.canitedit import FILE, Task, load_tasks
from pillion.eval.cases import Cases
from pillion.eval.editing import Row, aims, cases, gain, judged, summary

ROW = {
    "full_name": "1_double",
    "before": "def double(x):\n    return x\n",
    "after": "def double(x):\n    return 2 * x\n",
    "instruction_descriptive": "Return twice the argument.",
    "instruction_lazy": "Double it.",
    "tests": "assert double(2) == 4\n",
    "taxonomy": {"libraries": []},
}
GOOD = "def double(x):\n    return x * 2\n```"
BROKEN = "def double(x:\n    return x * 2\n```"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [ROW, {**ROW, "full_name": "2_numpy", "taxonomy": {"libraries": ["numpy"]}}]
    with gzip.open(tmp_path / FILE, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


async def rows_of(task: Task, *answers: str) -> dict[str, Row]:
    engine = FakeEngine([Script([answer]) for answer in answers])
    return {row.way: row for row in await judged(engine, task, rounds=1)}


def test_no_data(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load_tasks(tmp_path, sample=1, seed=1)


def test_each_instruction_is_a_task_and_libraries_are_left_out(data: Path) -> None:
    tasks = load_tasks(data, sample=9, seed=1)
    assert sorted(task.id for task in tasks) == ["1_double/descriptive", "1_double/lazy"]
    assert load_tasks(data, sample=1, seed=1) == tasks[:1]


async def test_a_good_answer_passes_both_ways(data: Path) -> None:
    (task,) = load_tasks(data, sample=1, seed=1)
    rows = await rows_of(task, GOOD)
    assert rows["raw"].passed
    assert rows["checked"].passed
    assert rows["checked"].reference
    assert (rows["checked"].edits, rows["checked"].outside, rows["checked"].rounds) == (1, 0, 1)


async def test_what_the_second_round_mends_counts_for_checked_only(data: Path) -> None:
    (task,) = load_tasks(data, sample=1, seed=1)
    rows = await rows_of(task, BROKEN, GOOD)
    assert not rows["raw"].passed
    assert not rows["raw"].valid
    assert rows["checked"].passed
    assert rows["checked"].rounds == 2
    both = list(rows.values())
    assert gain(both)["pass_at_1"]["mean"] == 1
    assert all(aim.met for aim in aims(both).values())


async def test_what_is_refused_leaves_the_program_as_it_was(data: Path) -> None:
    (task,) = load_tasks(data, sample=1, seed=1)
    rows = await rows_of(task, BROKEN, BROKEN)
    assert rows["checked"].reason == "syntax"
    assert rows["checked"].text == ROW["before"]
    assert not rows["checked"].broken
    assert rows["raw"].broken
    figures = summary(list(rows.values()))
    assert figures["raw"]["breaks_syntax"] == 1
    assert figures["checked"]["reasons"] == {"syntax": 1}


async def test_rows_survive_a_file(data: Path, tmp_path: Path) -> None:
    (task,) = load_tasks(data, sample=1, seed=1)
    rows = list((await rows_of(task, GOOD)).values())
    kept = Cases(Row, tmp_path / "rows.csv")
    for row in rows:
        kept.add(row)
    assert Cases(Row, tmp_path / "rows.csv").rows == rows
    assert [case.way for case in cases(rows)] == ["raw", "checked"]
