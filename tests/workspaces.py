"""Workspaces for tests: several files in one text, each below a line with its name.

--- shop/till.py
def add(): ...
--- shop/money.py
RATE = 1
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pillion.context.index.index import Index

_HEADER = re.compile(r"^--- (\S+)\n", re.MULTILINE)


def write(root: Path, files: str) -> Path:
    """Write the files of `files` below `root`, and return it."""
    _, *parts = _HEADER.split(files)
    for name, text in zip(parts[::2], parts[1::2], strict=True):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give the folder of an empty workspace."""
    path = tmp_path / "workspace"
    path.mkdir()
    return path


@pytest.fixture
def cache_dir(tmp_path: Path) -> Path:
    """Give a cache folder that does not exist yet."""
    return tmp_path / "cache"


@pytest.fixture
def indexed(root: Path, cache_dir: Path) -> Iterator[Callable[[str], Index]]:
    """Give a function that writes files and returns their index."""
    opened: list[Index] = []

    def make(files: str) -> Index:
        # A machine that is busy with other things must not change an answer.
        index = Index.open(write(root, files), cache_dir, patience=60)
        opened.append(index)
        assert index.refresh().problem == ""
        return index

    yield make
    for index in opened:
        index.close()
