"""Find the engine host of a model or start it: one host, however many ask at once.

    connect: a host answers -> done
             nobody answers -> take the lock -> look again -> clear away what a dead host left
                            -> wait the back-off -> start a process -> connect to it

A record or a socket that leads nowhere is the trace of an improper end; it is remembered, with the
cause, for two minutes. Hosts that end soon after their start are restarted later and later, and
after `Policy.limit` ends no more, until the user says so (`restart`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import filelock

from pillion.base.errors import EngineDiedError, EngineLoadError
from pillion.engine import process, wire
from pillion.engine.causes import cause_of
from pillion.engine.link import Streams, greet
from pillion.engine.runtime import REMEMBER_SECONDS, End, HostFiles, HostOptions, Record, files_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOST_COMMAND = (sys.executable, "-P", "-m", "pillion.engine.host")

_POLL_SECONDS = 0.02
_STOP_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Policy:
    """When a host that ended improperly is started again."""

    limit: int = 5
    """So many improper ends within two minutes, and it is left alone."""
    delays: Sequence[float] = (0.0, 0.5, 2.0, 8.0)
    """Seconds to wait after so many short lives in a row."""
    short_life: float = 5.0
    """Seconds; a host that lived longer has worked, and is started again at once."""
    start_seconds: float = 30.0
    """How long a host may take until it listens; the model is loaded later."""


class Supervisor:
    """Connects one client to the host of its options."""

    def __init__(
        self,
        options: HostOptions,
        *,
        idle: float,
        policy: Policy | None = None,
        command: Sequence[str] = HOST_COMMAND,
    ) -> None:
        """`idle`: how many seconds the host shall outlive its last client."""
        self.options = options.settled()
        self._idle = idle
        self._policy = policy or Policy()
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None

    def files(self) -> HostFiles:
        """Return the host's files. Raises `EngineLoadError` without a folder for them."""
        return files_for(self.options)

    async def connect(self) -> tuple[Streams, Record]:
        """Return a connection to the host, which is started if need be.

        Raises `EngineDiedError` when it does not stay alive, and `EngineLoadError` when it cannot
        be reached.
        """
        files = self.files()
        deadline = time.monotonic() + self._policy.start_seconds + max(self._policy.delays)
        while time.monotonic() < deadline:
            if found := await self._try(files):
                return found
            with _lock(files) as mine:
                if mine:
                    return await self._try(files) or await self._start(files)
            await asyncio.sleep(_POLL_SECONDS)
        raise EngineLoadError("The engine could not be started in time; another process blocks it.")

    async def restart(self) -> None:
        """End the host and forgive what was; the next `connect` starts it."""
        files = self.files()
        await stop(files)
        files.forget_ends()

    def cause(self, record: Record) -> str:
        """Return why the host of `record` has ended."""
        files = self.files()
        child = self._child
        code = child.returncode if child and child.pid == record.pid else None
        return cause_of(code, files.log_of(record.pid))

    async def tidy(self) -> None:
        """Clear away what a dead host left, unless somebody else is at it."""
        files = self.files()
        if (record := files.read_record()) and not record.alive:
            with _lock(files) as mine:
                if mine:
                    await self._clear(files)

    async def _try(self, files: HostFiles) -> tuple[Streams, Record] | None:
        record = files.read_record()
        streams = await greet(files, record, self._idle) if record else None
        return (streams, record) if streams and record else None

    async def _start(self, files: HostFiles) -> tuple[Streams, Record]:
        """Start a host and return a connection to it; the lock is held."""
        await self._clear(files)
        await self._wait_for_turn(files)
        started = time.time()
        child = self._child = _spawn(self._command, files, self.options, self._idle)
        deadline = time.monotonic() + self._policy.start_seconds
        try:
            while child.returncode is None and time.monotonic() < deadline:
                if found := await self._try(files):
                    return found
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            # From now on the host waits for clients no longer than it is told to.
            if child.stdin:
                child.stdin.close()
        if child.returncode is None:
            child.kill()
            raise EngineLoadError("The engine did not start in time.")
        cause = cause_of(child.returncode, files.log)
        files.add_end(End(time.time(), time.time() - started, cause))
        files.remove_record()
        raise EngineDiedError(cause)

    async def _clear(self, files: HostFiles) -> None:
        """Remember an improper end, and remove what it left behind."""
        record = files.read_record()
        if record:
            for _ in range(int(_STOP_SECONDS / _POLL_SECONDS)):
                if not record.alive:
                    break
                await asyncio.sleep(_POLL_SECONDS)
            else:
                process.kill(record.pid, record.identity)
            if files.read_record() == record:
                lived = time.time() - record.started
                files.add_end(End(time.time(), lived, self.cause(record)))
        files.remove_record()

    async def _wait_for_turn(self, files: HostFiles) -> None:
        """Wait as long as the host's past demands. Raises `EngineDiedError` beyond the limit."""
        ends = files.read_ends()
        if len(ends) >= self._policy.limit:
            raise EngineDiedError(
                f"{ends[-1].cause} This was the {len(ends)}th time in {REMEMBER_SECONDS / 60:.0f} "
                "minutes, so the engine is not started again for now. Use the command "
                '"Pillion: restart engine" to try once more.'
            )
        short = 0
        for end in reversed(ends):
            if end.lived >= self._policy.short_life:
                break
            short += 1
        if short:
            delay = self._policy.delays[min(short, len(self._policy.delays) - 1)]
            await asyncio.sleep(max(0.0, ends[-1].at + delay - time.time()))


async def ask_status(files: HostFiles, record: Record) -> dict[str, Any] | None:
    """Return what a running host says of itself; None if it is gone."""
    streams = await greet(files, record, None)
    if streams is None:
        return None
    reader, writer = streams
    try:
        writer.write(wire.pack({"type": "status", "id": 1}))
        async with asyncio.timeout(_STOP_SECONDS):
            while (message := await wire.read(reader)) is not None:
                if message["type"] == "status":
                    return dict(message["status"])
    except (TimeoutError, wire.WireError):
        pass
    finally:
        writer.close()
    return None


def clear(files: HostFiles) -> bool:
    """Take away what a dead host left; return False where one runs or is being started."""
    with _lock(files) as mine:
        record = files.read_record()
        if not mine or (record and record.alive):
            return False
        files.remove_record()
        return True


async def stop(files: HostFiles) -> bool:
    """End the host of `files`, if need be by force; return whether there was one."""
    record = files.read_record()
    if record is None:
        return False
    there = record.alive
    with contextlib.suppress(EngineLoadError):
        if streams := await greet(files, record, None):
            streams[1].write(wire.pack({"type": "stop"}))
            with contextlib.suppress(OSError):
                await streams[1].drain()
            streams[1].close()
    for _ in range(int(_STOP_SECONDS / _POLL_SECONDS)):
        if not record.alive:
            break
        await asyncio.sleep(_POLL_SECONDS)
    else:
        process.kill(record.pid, record.identity)
    if files.read_record() == record:
        files.remove_record()
    return there


@contextlib.contextmanager
def _lock(files: HostFiles) -> Iterator[bool]:
    """Hold the lock, or yield False at once while somebody else does."""
    lock = filelock.FileLock(files.lock, mode=0o600, is_singleton=False)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        yield False
        return
    except OSError as error:
        raise EngineLoadError(f"{files.folder} cannot be written ({error.strerror}).") from error
    try:
        yield True
    finally:
        lock.release()


def _spawn(
    command: Sequence[str], files: HostFiles, options: HostOptions, idle: float
) -> subprocess.Popen[bytes]:
    """Start a host that outlives this process; a thread waits for its end."""
    arguments = [str(files.folder), files.name, options.to_json(), "--idle", str(idle)]
    if not hasattr(socket, "AF_UNIX") or sys.platform == "win32":
        arguments.append("--loopback")  # asyncio has no Unix sockets on Windows.
    with contextlib.suppress(OSError):
        files.log.replace(files.last_log)
    log = os.open(files.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    try:
        child = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=os.sep,
            env=_environment(),
            start_new_session=True,
        )
    except OSError as error:
        raise EngineLoadError(f"The engine could not be started: {error.strerror}.") from error
    finally:
        os.close(log)
    # Without a wait it would stay behind as a zombie, and its exit code would be lost.
    threading.Thread(target=child.wait, name="pillion-host-end", daemon=True).start()
    return child


def _environment() -> dict[str, str]:
    """Return this process's environment, with paths that hold in another working folder."""
    environment = dict(os.environ)
    if paths := environment.get("PYTHONPATH"):
        absolute = [os.path.abspath(path) for path in paths.split(os.pathsep) if path]  # noqa: PTH100
        environment["PYTHONPATH"] = os.pathsep.join(absolute)
    for name in ("PILLION_CACHE_DIR", "PILLION_MODELS_DIR", "PILLION_LOG_DIR"):
        if value := environment.get(name):
            environment[name] = os.path.abspath(os.path.expanduser(value))  # noqa: PTH100, PTH111
    return environment
