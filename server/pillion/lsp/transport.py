"""Bytes in and out: standard streams or one TCP connection, cut into message bodies.

A `Connection` hands over whole bodies in order and never blocks the event loop: on standard
streams one thread reads and another writes, so that an editor that stops reading cannot stop the
server. Both threads are daemons; a blocked read never keeps the process alive.
Nothing here looks into a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import re
import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

_log = logging.getLogger(__name__)

_CHUNK = 65536
_LONGEST_HEADER = 65536
_LONGEST_BODY = 512 * 1024 * 1024
"""A longer body is taken for a damaged header: editors don't sync files of that size."""

_LENGTH = re.compile(rb"content-length:[ \t]*(\d{1,18})[ \t]*(?:\r\n|$)", re.IGNORECASE)
_FLUSH_SECONDS = 1.0
"""How long the last messages may take to leave when the process ends."""


class Connection(Protocol):
    """One editor, as bytes."""

    def bodies(self) -> AsyncIterator[bytes]:
        """Yield the body of each message until the editor hangs up."""

    def write(self, data: bytes) -> None:
        """Send `data`, header included; returns at once. Lost when the editor is gone."""

    async def close(self) -> None:
        """Send what is left, within a moment, and hang up."""


class Deframer:
    """Cuts a stream of bytes into message bodies; finds the next header after damaged ones."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._missing: int | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """Take more bytes; return the bodies that are now complete."""
        self._buffer += data
        bodies = []
        while (body := self._next()) is not None:
            bodies.append(body)
        return bodies

    def _next(self) -> bytes | None:
        while self._missing is None:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                del self._buffer[:-_LONGEST_HEADER]
                return None
            lengths = _LENGTH.findall(self._buffer, 0, end + 2)
            del self._buffer[: end + 4]
            if lengths and int(lengths[-1]) <= _LONGEST_BODY:
                self._missing = int(lengths[-1])
            else:
                _log.warning("Skipped a message header without a usable length.")
        if len(self._buffer) < self._missing:
            return None
        body = bytes(self._buffer[: self._missing])
        del self._buffer[: self._missing]
        self._missing = None
        return body


class StdioConnection:
    """A connection over two file descriptors, which it owns."""

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._bodies: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._writer = _WriterThread(sink)
        threading.Thread(target=self._read, name="pillion-stdin", daemon=True).start()

    async def bodies(self) -> AsyncIterator[bytes]:
        """Yield the body of each message until the end of the input."""
        while (body := await self._bodies.get()) is not None:
            yield body

    def write(self, data: bytes) -> None:
        """Queue `data` for the writing thread."""
        self._writer.put(data)

    async def close(self) -> None:
        """Wait a moment until everything is written."""
        self._writer.finish()

    def _read(self) -> None:
        deframer = Deframer()
        try:
            while data := os.read(self._source, _CHUNK):
                for body in deframer.feed(data):
                    self._hand_over(body)
        except OSError:
            _log.info("The editor hung up.")
        self._hand_over(None)

    def _hand_over(self, body: bytes | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._bodies.put_nowait, body)


def own_stdio() -> StdioConnection:
    """Take standard input and output for the protocol, and for nothing else.

    Afterwards whatever else prints goes to standard error, and programs started from here read
    nothing, so that neither can disturb the messages.
    """
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return StdioConnection(source, sink)


class TcpConnection:
    """A connection over an accepted socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def bodies(self) -> AsyncIterator[bytes]:
        """Yield the body of each message until the editor hangs up."""
        deframer = Deframer()
        try:
            while data := await self._reader.read(_CHUNK):
                for body in deframer.feed(data):
                    yield body
        except ConnectionError:
            _log.info("The editor hung up.")

    def write(self, data: bytes) -> None:
        """Hand `data` to the event loop, which sends it when the socket takes it."""
        if not self._writer.is_closing():
            self._writer.write(data)

    async def close(self) -> None:
        """Close the socket once everything is sent."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), _FLUSH_SECONDS)


async def accept_one(host: str, port: int, announce: Callable[[str, int], None]) -> TcpConnection:
    """Listen on `host` and `port`, announce the address, and return the first connection.

    Later ones are refused: one process serves one editor, as over standard streams.
    """
    first: asyncio.Future[TcpConnection] = asyncio.get_running_loop().create_future()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if first.done():
            writer.close()
        else:
            first.set_result(TcpConnection(reader, writer))

    server = await asyncio.start_server(accept, host, port)
    try:
        address = server.sockets[0].getsockname()
        announce(address[0], address[1])
        return await first
    finally:
        server.close()


class _WriterThread:
    """Writes to a file descriptor in order, in a thread of its own."""

    def __init__(self, sink: int) -> None:
        self._sink = sink
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="pillion-stdout", daemon=True)
        self._thread.start()

    def put(self, data: bytes) -> None:
        self._queue.put(data)

    def finish(self) -> None:
        self._queue.put(None)
        self._thread.join(_FLUSH_SECONDS)

    def _run(self) -> None:
        try:
            while (data := self._queue.get()) is not None:
                view = memoryview(data)
                while view:
                    view = view[os.write(self._sink, view) :]
        except OSError:
            # The reading thread sees the end of the input and ends the server.
            _log.info("The editor no longer reads.")
