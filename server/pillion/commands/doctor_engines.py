"""`pillion doctor`: what dead engine processes left behind, and those that do not answer."""

from __future__ import annotations

import asyncio
import functools
import os
from typing import TYPE_CHECKING

from pillion.base.errors import EngineLoadError
from pillion.commands.finding import Finding
from pillion.engine import runtime, supervise

if TYPE_CHECKING:
    from pillion.engine.runtime import HostFiles, Record


def examine_engines() -> list[Finding]:
    """Look at the files of every engine of this user."""
    found = [finding for files in runtime.remains() if (finding := _examine(files))]
    return found or [Finding("ok", "engines", _running())]


def _running() -> str:
    records = [files.read_record() for files in runtime.all_files()]
    pids = ", ".join(str(record.pid) for record in records if record)
    return f"running in process {pids}" if pids else "none is running; nothing stands in their way"


def _examine(files: HostFiles) -> Finding | None:
    if _is_foreign(files):
        text = f"{files.lock} belongs to another user, probably because of a `sudo`."
        return _finding(text, functools.partial(_remove_lock, files))
    record = files.read_record()
    if record and record.alive:
        return None if _answers(files, record) else _silent(files, record)
    if record or files.socket.exists() or files.record.exists():
        text = f"A dead engine left a record or a socket behind in {files.folder}."
        return _finding(text, functools.partial(_clear, files))
    if ends := files.read_ends():
        text = f"An engine ended {len(ends)} times in the last minutes: {ends[-1].cause}"
        return _finding(text, functools.partial(_forgive, files))
    return None


def _finding(text: str, fix: functools.partial[str]) -> Finding:
    return Finding("warning", "engines", text, "Run `pillion doctor --fix`.", fix=fix)


def _is_foreign(files: HostFiles) -> bool:
    try:
        return hasattr(os, "getuid") and files.lock.stat().st_uid != os.getuid()
    except OSError:
        return False


def _answers(files: HostFiles, record: Record) -> bool:
    try:
        return asyncio.run(supervise.ask_status(files, record)) is not None or not record.alive
    except EngineLoadError:
        return False


def _silent(files: HostFiles, record: Record) -> Finding:
    return _finding(
        f"The engine in process {record.pid} does not answer.", functools.partial(_stop, files)
    )


def _stop(files: HostFiles) -> str:
    asyncio.run(supervise.stop(files))
    return "the silent engine was ended; the next request starts one anew."


def _clear(files: HostFiles) -> str:
    if not supervise.clear(files):
        return "another process is starting the engine just now, so there is nothing to do."
    return "what the dead engine left was removed."


def _forgive(files: HostFiles) -> str:
    files.forget_ends()
    return "the engine is started again at the next request."


def _remove_lock(files: HostFiles) -> str:
    files.lock.unlink()
    return "the lock was removed."
