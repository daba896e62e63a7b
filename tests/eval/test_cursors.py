"""Cursors in source files: the same for the same seed, and true to the file."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from pillion.base.errors import UsageError
from pillion.eval.cursors import KINDS, Sources

PYTHON = "".join(
    f"def f{n}(a, b):\n    x = g(a, [b, {n}])\n    return x + {n}\n\n" for n in range(20)
)
GO = "package p\n" + "".join(
    f"\nfunc f{n}(a int) int {{\n\treturn g(a, {n})\n}}\n" for n in range(20)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(PYTHON, encoding="utf-8")
    (tmp_path / "b.go").write_text(GO, encoding="utf-8")
    (tmp_path / "short.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "wide.py").write_text("x = 1\n" * 500 + "y" * 301 + "\n", encoding="utf-8")
    (tmp_path / "notes.md").write_text("Words.\n" * 500, encoding="utf-8")
    return tmp_path


def test_only_usable_files_count(folder: Path) -> None:
    found = {
        language: [path for _, path in files]
        for language, files in Sources([folder]).by_language.items()
    }
    assert found == {"python": ["a.py"], "go": ["b.go"]}


def test_no_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Sources([tmp_path])


def test_same_seed_same_cursors(folder: Path) -> None:
    first = list(islice(Sources([folder]).cursors(3), 30))
    assert first == list(islice(Sources([folder]).cursors(3), 30))
    assert first != list(islice(Sources([folder]).cursors(4), 30))


def test_documents_come_back_whole(folder: Path) -> None:
    """With the truth in its place, and what was put there taken away, the file is the old one."""
    sources = Sources([folder])
    kinds = set()
    for cursor in islice(sources.cursors(1), 60):
        snapshot, offset, truth = cursor.document(sources.text(0, cursor.path))
        begin = offset - len(cursor.put)
        assert snapshot.text[:begin] + truth + snapshot.text[offset:] == sources.text(
            0, cursor.path
        )
        assert bool(truth.strip()) != (cursor.kind == "new line")
        kinds.add(cursor.kind)
    assert kinds == set(KINDS)
