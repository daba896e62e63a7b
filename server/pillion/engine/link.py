"""One connection of a client to an engine host: requests out, answers in, each exactly once.

A request that is open when the host ends is answered with the cause. While requests are open the
host is heard of twice a second; one that is silent is ended, so that a hang looks like a crash.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from itertools import count
from typing import TYPE_CHECKING

from pillion import __version__
from pillion.base.errors import EngineClosedError, EngineDiedError, EngineLoadError
from pillion.engine import process, wire
from pillion.engine.causes import note_in
from pillion.engine.wire import PROTOCOL, Message

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.engine.runtime import HostFiles, Record

_log = logging.getLogger(__name__)

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_LOOK_SECONDS = 0.25
STOPPED_SECONDS = 0.75
"""Silence after which a process is ended that the system calls stopped."""
SILENT_SECONDS = 15.0
"""Silence after which any process is ended. The host's heartbeat needs no model and next to no
processor time: on a machine that is out of both it still comes within a second or two."""
_GONE_SECONDS = 1.0
"""How long a process may take to end once its socket has closed."""


async def greet(files: HostFiles, record: Record, idle: float | None) -> Streams | None:
    """Return a connection to the host of `record`; None if it is gone, ending, or had to be killed.

    `idle` is how long the host shall outlive its last client; None asks for nothing, as when only
    the status is wanted. Raises `EngineLoadError` when the host does not want this client.
    """
    try:
        if isinstance(record.address, int):
            streams = await asyncio.open_connection("127.0.0.1", record.address)
        else:
            streams = await asyncio.open_unix_connection(record.address)
    except OSError:
        return None
    reader, writer = streams
    hello = {"type": "hello", "protocol": PROTOCOL, "version": __version__, "idle": idle}
    writer.write(wire.pack(hello | {"token": record.token}))
    try:
        answer = await _first_answer(reader, files, record)
    except BaseException:
        writer.close()
        raise
    if answer and answer["type"] == "hello":
        return streams
    writer.close()
    if answer and files.read_record() == record:
        raise EngineLoadError(str(answer.get("reason", "The engine gave a strange answer.")))
    return None


class Link:
    """A greeted connection and its open requests."""

    def __init__(
        self,
        streams: Streams,
        record: Record,
        files: HostFiles,
        cause: Callable[[Record], str],
        lost: Callable[[Link, str], None],
    ) -> None:
        """`cause` says why a host has ended.

        `lost` is called once when the connection ends otherwise than by `close`, with the cause if
        the host did not mean to end, else "".
        """
        self.record = record
        self._reader, self._writer = streams
        self._files = files
        self._cause = cause
        self._lost = lost
        self._ids = count(1)
        self._pending: dict[int, asyncio.Queue[Message | Exception]] = {}
        self._heard = False
        self._watching: asyncio.Task[None] | None = None
        self.closed = False
        self._reading = asyncio.get_running_loop().create_task(self._read())

    def ask(self, message: Message) -> tuple[int, asyncio.Queue[Message | Exception]]:
        """Send a request; its messages come into the queue, then the answer or an error."""
        if self.closed:
            raise EngineClosedError("The connection to the engine is closed.")
        id_ = next(self._ids)
        answers = self._pending[id_] = asyncio.Queue()
        self._send(message | {"id": id_})
        if self._watching is None or self._watching.done():
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        return id_, answers

    def cancel(self, id_: int) -> None:
        """Ask the host to end a request soon, which is still answered."""
        if id_ in self._pending:
            self._send({"type": "cancel", "id": id_})

    def give_up(self, id_: int) -> None:
        """Want no answer any more; the host ends the request."""
        self.cancel(id_)
        self._pending.pop(id_, None)

    async def close(self) -> None:
        """Hang up; open requests are answered with an `EngineClosedError`."""
        self.closed = True
        self._fail(EngineClosedError("The engine was closed."))
        for task in (self._reading, self._watching):
            if task and task is not asyncio.current_task():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    def _send(self, message: Message) -> None:
        if not self._writer.is_closing():
            self._writer.write(wire.pack(message))

    async def _read(self) -> None:
        with contextlib.suppress(wire.WireError):
            while (message := await wire.read(self._reader)) is not None:
                self._heard = True
                id_ = message.get("id")
                if not isinstance(id_, int) or id_ not in self._pending:
                    continue
                answers = self._pending[id_]
                answers.put_nowait(message)
                if message["type"] not in {"chunk", "progress"}:
                    del self._pending[id_]
        await self._end()

    async def _end(self) -> None:
        """Find out why the host is gone, and answer what is open."""
        self._writer.close()
        for _ in range(int(_GONE_SECONDS / 0.01)):
            if not self.record.alive:
                break
            await asyncio.sleep(0.01)
        self.closed = True
        # A host that means to end answers everything and takes its record away.
        died = bool(self._pending) or self._files.read_record() == self.record
        cause = ""
        if died:
            hung_up = "The engine hung up." if self.record.alive else ""
            cause = hung_up or self._cause(self.record)
        self._fail(EngineDiedError(cause))
        self._lost(self, cause)

    def _fail(self, error: Exception) -> None:
        pending, self._pending = self._pending, {}
        for answers in pending.values():
            answers.put_nowait(error)

    async def _watch(self) -> None:
        silent = 0.0
        while self._pending:
            self._heard = False
            # Looks are counted, not seconds: when this process itself gets no time, or the
            # machine sleeps, the host must not pay for it.
            await asyncio.sleep(_LOOK_SECONDS)
            silent = 0.0 if self._heard else silent + _LOOK_SECONDS
            if self._pending and _is_hung(self.record, silent):
                _end_hung(self._files, self.record, silent)
                return


async def _first_answer(
    reader: asyncio.StreamReader, files: HostFiles, record: Record
) -> Message | None:
    """Return the host's answer to `hello`; a host that gives none is ended."""
    reading = asyncio.ensure_future(wire.read(reader))
    try:
        silent = 0.0
        while True:
            done, _ = await asyncio.wait({reading}, timeout=_LOOK_SECONDS)
            if done:
                with contextlib.suppress(wire.WireError):
                    return reading.result()
                return None
            silent += _LOOK_SECONDS
            if _is_hung(record, silent):
                _end_hung(files, record, silent)
                return None
    finally:
        if not reading.done():
            reading.cancel()


def _is_hung(record: Record, silent: float) -> bool:
    if silent >= SILENT_SECONDS:
        return True
    return silent >= STOPPED_SECONDS and process.is_stopped(record.pid)


def _end_hung(files: HostFiles, record: Record, silent: float) -> None:
    _log.warning("The engine host is silent; it is ended.")
    cause = f"The model's process did not react any more (for {silent:.0f} s), so it was ended."
    if silent < SILENT_SECONDS:
        cause = "The model's process was stopped by another program, so it was ended."
    note_in(files.log, cause)
    process.kill(record.pid, record.identity)
