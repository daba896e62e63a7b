"""The repository suite: the answer is nowhere to be found, and the figures are what they say."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pillion.base.settings import Settings
from pillion.context.around import around
from pillion.context.gather import SECONDS
from pillion.engine.fake import FakeEngine, Script
from pillion.eval import repo, tasks
from pillion.eval.checkout import Checkout
from pillion.eval.repo import Asker, Row

TRUTH = "return answer_to_everything(path, name)"
SOURCE = f"import os\n\n\ndef find(path, name):\n    {TRUTH}\n\n\ndef other(path):\n    return 1\n"
BLOCK = "for part in path:\n        use(part)"
BLOCK_SOURCE = f"def walk(path):\n    {BLOCK}\n    return path\n"
FILES = {
    "src/walk.py": BLOCK_SOURCE,
    "src/f.py": SOURCE,
    "docs/copy.py": "# a copy\n" + SOURCE,
    "src/g.py": "def find(path, size):\n    return answer_to_nothing(path, size)\n",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [
        _row("line_cross", "src/f.py", SOURCE, TRUTH),
        _row("block", "src/walk.py", BLOCK_SOURCE, BLOCK),
    ]
    folder = tmp_path / "data"
    (folder / "repos").mkdir(parents=True)
    with gzip.open(folder / "tasks.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    with tarfile.open(folder / "repos" / "own+repo.tar.gz", "w:gz") as tar:
        for name, text in FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return folder


def _row(kind: str, path: str, source: str, truth: str) -> dict[str, str | int]:
    start = source.index(truth)
    place = {"start": start, "end": start + len(truth), "line": 1 + source[:start].count("\n")}
    return {"id": f"own/repo#{kind}", "repo": "own/repo", "kind": kind, "path": path, **place}


async def _ask(data: Path, folder: Path, kind: str, engine: FakeEngine) -> list[Row]:
    (task,) = tasks.load(data, kinds=(kind,), sample=1, seed=1)
    checkout = Checkout(data, "own/repo", folder)
    with checkout.without(task):
        rows = [row async for row in Asker(engine, Settings(), "window", checkout).ask(task)]
    checkout.close()
    return rows


async def test_a_block_is_asked_for_once_and_judged_whole(data: Path, tmp_path: Path) -> None:
    engine = FakeEngine([Script([BLOCK])])
    (row,) = await _ask(data, tmp_path / "work", "block", engine)
    assert (row.truth, row.text, row.exact, row.kept) == (BLOCK, BLOCK, True, 1.0)


async def test_of_a_line_one_line_is_judged(data: Path, tmp_path: Path) -> None:
    engine = FakeEngine([Script([TRUTH + "\n    more()"])])
    row, *_ = await _ask(data, tmp_path / "work", "line_cross", engine)
    assert (row.text, row.exact) == (TRUTH, True)


async def test_where_nothing_is_shown_nothing_is_right(data: Path, tmp_path: Path) -> None:
    """Over all cursors; those with a suggestion are also counted by themselves."""
    engine = FakeEngine([Script([""]), Script([TRUTH[round(len(TRUTH) / 3) :]]), Script([""])])
    rows = await _ask(data, tmp_path / "work", "line_cross", engine)
    figures = repo.summary(rows)["line_cross"]["window"]
    assert (figures["shown"], figures["kept_prefix"]) == (
        pytest.approx(1 / 3),
        pytest.approx(1 / 3),
    )
    assert figures["reasons"] == {"model_stopped": 2}
    of_shown = figures["of_shown"]
    assert isinstance(of_shown, dict)
    assert of_shown["kept_prefix"] == 1.0


async def test_the_answer_is_in_no_prompt(data: Path, tmp_path: Path) -> None:
    """Neither from its own file on the disk nor from a copy of it."""
    (task,) = tasks.load(data, kinds=("line_cross",), sample=1, seed=1)
    checkout = Checkout(data, "own/repo", tmp_path / "work")
    engine = FakeEngine([Script(["x"])])
    with checkout.without(task):
        rows = [row async for row in Asker(engine, Settings(), "full", checkout).ask(task)]
    prompts = ["".join(map(str, one.prompt.pieces)) + one.prompt.heal for one in engine.requests]
    assert len(rows) == len(prompts) == 3
    assert all("answer_to_nothing" in prompt for prompt in prompts)
    for row, prompt in zip(rows, prompts, strict=True):
        assert row.truth not in prompt
    assert not any("answer_to_everything" in prompt for prompt in prompts[:2])
    assert "answer_to_everything" in (checkout.index.text("docs/copy.py") or "")
    checkout.close()


async def test_a_busy_machine_changes_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All sources are asked, also where each takes longer than an editor would wait."""
    (task,) = tasks.load(data, kinds=("line_cross",), sample=1, seed=1)
    checkout = Checkout(data, "own/repo", tmp_path / "work")

    def slow(*arguments: Any) -> Any:
        time.sleep(SECONDS * 2)
        return around(*arguments)

    monkeypatch.setattr("pillion.context.gather.around", slow)
    engine = FakeEngine([Script(["x"])])
    with checkout.without(task):
        rows = [row async for row in Asker(engine, Settings(), "full", checkout).ask(task)]
    checkout.close()
    assert all(row.snippets for row in rows)


def test_names_are_compared_as_a_bag() -> None:
    assert repo.names_f1("a.b(c)", "a.b(c)") == 1.0
    assert repo.names_f1("a.b(c)", "a.x") == pytest.approx(0.4)
    assert repo.names_f1("(", ")") == 1.0


ROW = Row("t", "line_cross", "window", 0, False, 0.0, 0.0, 0.0, 900, 9, 0, 1.0, "", "x", "y")


def test_a_line_is_one_case_with_the_mean_of_its_cursors() -> None:
    rows = [replace(ROW, cursor=at, kept=0.2) for at in range(3)]
    rows += [
        replace(ROW, cursor=at, way="full", kept=kept) for at, kept in enumerate((0, 0.6, 0.6))
    ]
    gain = repo.gains(rows, "window", "full")["line_cross"]["kept_prefix"]
    assert isinstance(gain, dict)
    assert (gain["n"], gain["mean"]) == (1, pytest.approx(0.2))


def test_a_line_is_one_case_of_a_comparison_too() -> None:
    rows = [replace(ROW, cursor=at, kept=at / 2) for at in range(3)]
    rows += [replace(ROW, task="b", kind="block", kept=0.1)]
    line, block = repo.cases(rows)
    assert (line.id, line.way, line.measures["kept_prefix"]) == ("t", "window, lines", 0.5)
    assert (block.id, block.way, block.measures["kept_prefix"]) == ("b", "window, blocks", 0.1)


def test_the_aims_need_a_tenth_more_and_few_tokens() -> None:
    rows = [replace(ROW, kept=0.5), replace(ROW, way="full", kept=0.54, prompt_tokens=1300)]
    found = repo.aims(rows)
    assert not found["line_cross_kept_ratio"].met
    assert not found["prompt_tokens"].met
    assert found["line_cross_gain_low"].met
