"""Refreshing an index in another process, at low priority; see `child`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pillion.context.index.values import Progress, Refreshed

if TYPE_CHECKING:
    from collections.abc import Callable

# What the process gets to end by itself once nobody wants it any more.
_STOP_SECONDS = 0.8

_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(
    subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0
)


@dataclass(frozen=True, slots=True)
class Job:
    """Which workspace is to be walked, and how."""

    root: str
    cache_dir: str = ""
    exclude: tuple[str, ...] = ()


async def refresh(
    job: Job,
    report: Callable[[Progress], None],
    started: Callable[[int], None] = lambda _: None,
) -> Refreshed:
    """Walk a workspace; cancelling this ends the walk. Never raises for what goes wrong there.

    `started` gets the id of the process.
    """
    # -P: what lies in the working folder, often the workspace itself, must never be imported.
    module = "pillion.context.index.child"
    command = [sys.executable, "-P", "-m", module, json.dumps(asdict(job))]
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # It must never write into what the parent uses to speak with the editor.
            stderr=asyncio.subprocess.DEVNULL,
            creationflags=_FLAGS,
        )
    except OSError as error:
        return Refreshed(problem=f"The workspace cannot be indexed: {error.strerror}.")
    started(process.pid)
    try:
        return await _follow(process, report)
    finally:
        await _end(process)


async def _follow(
    process: asyncio.subprocess.Process, report: Callable[[Progress], None]
) -> Refreshed:
    assert process.stdout is not None  # noqa: S101 - it was asked for.
    while line := await process.stdout.readline():
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if "progress" in message:
            report(Progress(**message["progress"]))
        elif "refreshed" in message:
            return Refreshed(**message["refreshed"])
    return Refreshed(problem="Indexing the workspace ended unexpectedly.")


async def _end(process: asyncio.subprocess.Process) -> None:
    """See to it that the process ends: by itself, or in the end by force."""
    assert process.stdin is not None  # noqa: S101 - it was asked for.
    process.stdin.close()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            # What it still writes must not hold it up.
            await process.communicate()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
