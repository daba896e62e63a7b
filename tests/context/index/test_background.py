"""Walking a workspace in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

import workspaces
from pillion.context.index import background
from pillion.context.index.background import Job
from pillion.context.index.index import Index
from pillion.context.index.values import Progress


def job(root: Path, cache_dir: Path) -> Job:
    return Job(str(root), str(cache_dir))


def trapped(root: Path) -> bool:
    return (root / "trapped").exists()


async def test_it_reports_and_returns_what_it_did(root: Path, cache_dir: Path) -> None:
    workspaces.write(root, "--- a.py\nx = 1\n--- b.py\ny = 1\n")
    seen: list[Progress] = []
    found = await background.refresh(job(root, cache_dir), seen.append)
    assert (found.files, found.changed, found.problem) == (2, 2, "")
    assert seen[-1] == Progress(2, 2, 2)


async def test_what_the_user_leaves_out_is_not_read(root: Path, cache_dir: Path) -> None:
    workspaces.write(root, "--- a.py\nx = 1\n--- b.py\ny = 1\n")
    limited = Job(str(root), str(cache_dir), ("b.py",))
    assert (await background.refresh(limited, lambda _: None)).files == 1


async def test_nothing_in_the_workspace_is_run(
    root: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's working folder is often the workspace, and that may hold anything."""
    trap = "open('trapped', 'w').close()\n"
    workspaces.write(
        root,
        "".join(f"--- {name}.py\n{trap}" for name in ("json", "sqlite3", "pillion", "filelock")),
    )
    monkeypatch.chdir(root)
    assert (await background.refresh(job(root, cache_dir), lambda _: None)).files == 4
    assert not trapped(root)


async def test_it_ends_when_nobody_wants_it_any_more(root: Path, cache_dir: Path) -> None:
    workspaces.write(root, "".join(f"--- m{n}.py\ndef f{n}(): ...\n" for n in range(4000)))
    pids: list[int] = []
    walk = asyncio.create_task(
        background.refresh(job(root, cache_dir), lambda _: None, pids.append)
    )
    index = Index.open(root, cache_dir, patience=60)
    async with asyncio.timeout(60):
        while not index.ready:  # noqa: ASYNC110 - another process fills it.
            await asyncio.sleep(0.02)
    walk.cancel()
    with pytest.raises(asyncio.CancelledError):
        await walk
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    assert index.stats().files > 0
    index.close()


async def test_a_process_that_dies_is_told(
    root: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    found = await background.refresh(job(root, cache_dir), lambda _: None)
    assert found.problem == "Indexing the workspace ended unexpectedly."


async def test_a_process_that_cannot_be_started_is_told(
    root: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(root / "nothing"))
    found = await background.refresh(job(root, cache_dir), lambda _: None)
    assert found.problem == "The workspace cannot be indexed: No such file or directory."
