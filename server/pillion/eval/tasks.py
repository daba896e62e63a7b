"""The fresh-fim tasks: pieces cut out of real repositories that are newer than the model.

A folder with `tasks.jsonl.gz` (repository, path, start and end in characters, what was there) and
`repos/OWNER+NAME.tar.gz`. The piece is cut out before anything reads the file.
"""

from __future__ import annotations

import gzip
import json
import random
import tarfile
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from pillion.base.errors import UsageError
from pillion.syntax.languages import language_for_path
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Task:
    """A document with a piece cut out at `start`; `truth` is the piece."""

    id: str
    kind: str
    repo: str
    path: str
    line: int
    snapshot: Snapshot
    start: int
    truth: str


def load(data: Path, *, kinds: tuple[str, ...], sample: int, seed: int) -> list[Task]:
    """Choose `sample` tasks of these kinds; the choice depends on the seed only."""
    try:
        with gzip.open(data / "tasks.jsonl.gz", "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
    except OSError as error:
        raise UsageError(f"{data} holds no tasks.jsonl.gz: {error}.") from error
    able = [row for row in rows if row["kind"] in kinds]
    chosen = random.Random(seed).sample(able, min(sample, len(able)))  # noqa: S311
    return [_task(data, row) for row in sorted(chosen, key=lambda row: row["id"])]


def archive_of(data: Path, repo: str) -> Path:
    """Return where the files of a repository (OWNER/NAME) are packed."""
    return data / "repos" / f"{repo.replace('/', '+')}.tar.gz"


def _task(data: Path, row: dict[str, str | int]) -> Task:
    path, start, end = str(row["path"]), int(row["start"]), int(row["end"])
    text = _files(archive_of(data, str(row["repo"])))[path]
    uri = f"file:///{row['repo']}/{path}"
    snapshot = Snapshot(uri, text[:start] + text[end:], language=language_for_path(path))
    truth = text[start:end]
    id_, kind, repo = str(row["id"]), str(row["kind"]), str(row["repo"])
    return Task(id_, kind, repo, path, int(row["line"]), snapshot, start, truth)


@cache
def _files(archive: Path) -> dict[str, str]:
    """Return all text files of a repository, read once."""
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.isfile() else None
            if stream:
                found[member.name] = stream.read().decode(errors="replace")
    return found
