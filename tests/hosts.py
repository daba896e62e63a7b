"""A runtime folder of a test's own, and clients of a scripted host in it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pillion.base.errors import PillionError
from pillion.engine.base import Cancel, Request
from pillion.engine.hosted import HostedEngine
from pillion.engine.process import identity
from pillion.engine.runtime import HostOptions, all_files
from pillion.engine.supervise import Policy, stop
from pillion.prompt.model_input import Prompt

FAKE_HOST = Path(__file__).parent / "engine" / "fake_host.py"


@contextmanager
def runtime_folder() -> Iterator[Path]:
    """A short path, as sockets need; afterwards no host is left, and that is checked."""
    folder = Path(tempfile.mkdtemp(prefix="pillion-"))
    before = os.environ.get("PILLION_RUNTIME_DIR")
    os.environ["PILLION_RUNTIME_DIR"] = str(folder)
    try:
        yield folder
        assert left_in(folder) == []
    finally:
        end_hosts()
        if before is None:
            del os.environ["PILLION_RUNTIME_DIR"]
        else:
            os.environ["PILLION_RUNTIME_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


def left_in(folder: Path, seconds: float = 8.0) -> list[str]:
    """Return what leads to a host after at most `seconds`: records, sockets, processes."""
    deadline = time.monotonic() + seconds
    while True:
        names = [path.name for path in folder.iterdir() if path.suffix in {".json", ".sock"}]
        found = sorted(names) + processes_in(folder)
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def processes_in(folder: Path) -> list[str]:
    """Return the processes whose command line names the folder (Linux)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = path.read_bytes().split(b"\0")
            if str(folder).encode() in words and int(path.parent.name) != os.getpid():
                found.append(f"process {path.parent.name}")
    return found


def stop_hosts() -> None:
    """Stop hosts that would wait for clients to come back."""
    for files in all_files():
        asyncio.run(stop(files))


def end_hosts() -> None:
    """Kill what a failed test left running."""
    for files in all_files():
        record = files.read_record()
        if record and record.alive:
            os.kill(record.pid, signal.SIGKILL)


def fake(
    plan: Mapping[str, Any] | None = None,
    *,
    model: str = "fake",
    idle: float = 0.0,
    policy: Policy | None = None,
) -> HostedEngine:
    """Return a client of a scripted host."""
    command = (sys.executable, "-P", str(FAKE_HOST), json.dumps(plan or {}))
    return HostedEngine(HostOptions(model), idle=idle, policy=policy, command=command)


async def ask(engine: HostedEngine, cancel: Cancel | None = None, session: str = "") -> str:
    """Return the whole answer; the way it ended must be told exactly once."""
    request = Request(Prompt(("x",)), 8, session=session)
    text, ends = "", 0
    async for chunk in engine.stream(request, cancel or Cancel()):
        text += chunk.text
        ends += chunk.finish is not None
    assert ends == 1
    return text


async def outcome(engine: HostedEngine) -> str:
    """Return the answer, or the type of the error."""
    try:
        return await ask(engine)
    except PillionError as error:
        return type(error).__name__


async def gone(pid: int, seconds: float = 5.0) -> bool:
    """Wait until a process has ended."""
    for _ in range(int(seconds / 0.02)):
        if not identity(pid):
            return True
        await asyncio.sleep(0.02)
    return False
