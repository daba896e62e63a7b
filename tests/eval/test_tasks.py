"""The piece is cut out before anything reads the file, and cursors stand inside its words."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from pillion.base.errors import UsageError
from pillion.eval.layouts import cases_inside_words
from pillion.eval.tasks import load

SOURCE = "import os\n\n\ndef f(path):\n    return os.path.join(path, name)\n"
TRUTH = "return os.path.join(path, name)"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    start = SOURCE.index(TRUTH)
    row = {
        "id": "own/repo#line_any#1",
        "repo": "own/repo",
        "kind": "line_any",
        "path": "src/f.py",
        "start": start,
        "end": start + len(TRUTH),
        "line": 5,
    }
    with gzip.open(tmp_path / "tasks.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    (tmp_path / "repos").mkdir()
    with tarfile.open(tmp_path / "repos" / "own+repo.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("src/f.py")
        member.size = len(SOURCE)
        tar.addfile(member, io.BytesIO(SOURCE.encode()))
    return tmp_path


def test_the_piece_is_cut_out(data: Path) -> None:
    (task,) = load(data, kinds=("line_any",), sample=9, seed=1)
    assert task.truth == TRUTH
    assert TRUTH not in task.snapshot.text
    assert task.snapshot.text[: task.start] + TRUTH + task.snapshot.text[task.start :] == SOURCE
    assert task.snapshot.language == "python"


def test_other_kinds_are_left_out(data: Path) -> None:
    assert load(data, kinds=("block",), sample=9, seed=1) == []


def test_a_folder_without_tasks_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"tasks\.jsonl\.gz"):
        load(tmp_path, kinds=("block",), sample=1, seed=1)


@pytest.mark.parametrize("seed", range(5))
def test_cursors_stand_inside_words(data: Path, seed: int) -> None:
    (case,) = cases_inside_words(load(data, kinds=("line_any",), sample=1, seed=1), seed=seed)
    text, at = case.snapshot.text, case.offset
    assert (text[at - 1] + case.truth[0]).isidentifier() or text[at - 1].isalnum()
    assert text[:at] + case.truth + text[at:] == SOURCE
