"""The engine host: the one process of a user that runs a model, for all language servers.

    python -m pillion.engine.host FILES OPTIONS …      started by `pillion.engine.supervise`

It listens on a socket, loads the model when the first client asks for it, and puts all requests
into one engine, which schedules them. Each client has KV sequences of its own. The event loop
never waits for the model, so a cancel gets through at once and a client with open requests hears
from the host all the time; one that hears nothing may take the host for dead.

It ends when no client has been there for a while, when it is told to, when its files are gone,
and when its engine is stuck. It never starts another process, uses no network, and writes no
source text anywhere.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import hmac
import logging
import os
import secrets
import signal
import socket
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pillion import __version__
from pillion.base import log
from pillion.base.errors import EngineClosedError, EngineDiedError, EngineError, PillionError
from pillion.engine import process, wire
from pillion.engine.base import Cancel
from pillion.engine.causes import OUT_OF_MEMORY, RAN_OUT, STUCK, note
from pillion.engine.runtime import HostFiles, HostOptions, Record
from pillion.engine.wire import PROTOCOL, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from pillion.engine.base import Engine, ModelInfo

_log = logging.getLogger("pillion.engine.host")  # Run as a program, its name is __main__.

HEARTBEAT_SECONDS = 0.5
STUCK_SECONDS = 60.0
"""One call of llama.cpp evaluates at most 512 tokens; a machine that needs longer is no use."""
STUCK_LOADING_SECONDS = 300.0
_FIRST_CLIENT_SECONDS = 30.0
"""How long a new host waits for a client while the one that started it is still there."""
_HELLO_SECONDS = 5.0
_CLOSE_SECONDS = 2.0
_MOST_UNSENT = 16 * 1024 * 1024
"""Bytes that a client may leave unread; one that leaves more has stopped."""


class Host:
    """All clients of one engine."""

    def __init__(self, engine: Engine, record: Record, files: HostFiles, idle: float) -> None:
        self.engine = engine
        self.record = record
        self.files = files
        self.idle = idle
        """Seconds without a client after which the host ends; the latest client's wish."""
        self.clients: set[Client] = set()
        self.served = 0
        self.numbers = 0
        self.loading = False
        self.stopped = asyncio.Event()
        self.chunks = 0
        self._left = time.monotonic() + max(0.0, _FIRST_CLIENT_SECONDS - idle)
        self._steps: object = None
        self._stepped = time.monotonic()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it hangs up."""
        client = Client(self, reader, writer)
        try:
            await client.serve()
        finally:
            self._left = time.monotonic()
            writer.close()

    def starter_left(self) -> None:
        """Wait for a first client no longer than for a next one."""
        self._left = min(self._left, time.monotonic())

    async def watch(self) -> None:
        """Send heartbeats and look after the reasons to end; returns when there is one."""
        while not self.stopped.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopped.wait(), self._pause())
            for client in list(self.clients):
                client.beat()
            self._look_for_stuck()
            if self._deserted():
                return

    @property
    def busy(self) -> bool:
        """Whether a client waits for anything."""
        return any(client.pending for client in self.clients)

    def status(self) -> Message:
        """Return what `pillion engine status` shows."""
        return {
            "pid": self.record.pid,
            "version": self.record.version,
            "model": self.record.model,
            "loaded": self.engine.info is not None,
            "loading": self.loading,
            "clients": sum(client.uses_engine for client in self.clients),
            "pending": sum(len(client.pending) for client in self.clients),
            "served": self.served,
            "idle_seconds": self.idle,
            "seconds": round(time.time() - self.record.started, 1),
            "resident_bytes": process.resident_bytes(self.record.pid),
        }

    async def load(self, report: Callable[[float], None]) -> ModelInfo:
        """Load the model for a client."""
        self.loading = True
        try:
            return await self.engine.load(report)
        finally:
            self.loading = False

    def end_clients(self) -> None:
        """Answer everything that is open, because the host ends on purpose."""
        error = EngineClosedError("The engine was stopped; the next request starts it again.")
        for client in list(self.clients):
            client.refuse_all(error)

    def _pause(self) -> float:
        if self.busy:
            return HEARTBEAT_SECONDS
        if not self.clients:
            return min(1.0, max(0.02, self.idle / 4))
        return 2.0

    def _deserted(self) -> bool:
        if not self.busy:
            found = self.files.read_record()
            gone = isinstance(self.record.address, str) and not self.files.socket.exists()
            if gone or found is None or found.pid != self.record.pid:
                _log.warning("Its files are gone, so nobody can find this host.")
                return True
        return not self.clients and time.monotonic() - self._left >= self.idle

    def _look_for_stuck(self) -> None:
        """End this process if the engine has made no step for a long time.

        Only an engine that counts its `steps` can be told to be stuck: a long prompt is read for
        minutes on a slow machine, without a chunk.
        """
        counted = getattr(self.engine, "steps", None)
        steps = counted, self.chunks, self.served
        now = time.monotonic()
        if steps != self._steps or not self.busy or (counted is None and not self.loading):
            self._steps, self._stepped = steps, now
        limit = STUCK_LOADING_SECONDS if self.loading else STUCK_SECONDS
        if now - self._stepped < limit:
            return
        cause = f"The model made no step for {limit:.0f} s, so its process was ended."
        note(cause)
        self.files.remove_record()
        for client in list(self.clients):
            client.refuse_all(EngineDiedError(cause))
        # The thread in llama.cpp cannot be ended; the process can.
        asyncio.get_running_loop().call_later(0.2, os._exit, STUCK)


class Client:
    """One connection: its open requests, answered once each."""

    def __init__(
        self, host: Host, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._host = host
        self._reader = reader
        self._writer = writer
        host.numbers += 1
        self._number = host.numbers
        self.pending: dict[int, Cancel] = {}
        self.uses_engine = False
        self._sessions: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Answer messages until the client hangs up; then cancel what it left behind."""
        try:
            async with asyncio.timeout(_HELLO_SECONDS):
                hello = await wire.read(self._reader)
            if hello is None or not self._welcome(hello):
                return
            self._host.clients.add(self)
            while (message := await wire.read(self._reader)) is not None:
                self._handle(message)
        except (wire.WireError, TimeoutError) as error:
            _log.warning("A client was sent away: %s", error)
        finally:
            self._host.clients.discard(self)
            for cancel in list(self.pending.values()):
                cancel.set()
            forget = getattr(self._host.engine, "forget", None)
            if forget:
                for session in self._sessions:
                    forget(session)

    def beat(self) -> None:
        """Tell a client that waits that the host lives."""
        if self.pending:
            self._send({"type": "alive"})

    def refuse_all(self, error: PillionError) -> None:
        """Answer all open requests with `error`."""
        for id_, cancel in list(self.pending.items()):
            self._answer(id_, {"type": "error", "error": wire.from_error(error)})
            cancel.set()

    def hang_up(self) -> None:
        """Close the connection once everything is sent."""
        self._writer.close()

    def _welcome(self, hello: Message) -> bool:
        """Check who is there, and say so; return whether to go on."""
        record = self._host.record
        token = str(hello.get("token", "")).encode()
        if hello["type"] != "hello" or not hmac.compare_digest(token, record.token.encode()):
            self._send({"type": "refused", "reason": "The token is wrong."})
            return False
        theirs = hello.get("protocol"), hello.get("version")
        if theirs != (PROTOCOL, __version__):
            reason = (
                f"The engine that runs is of Pillion {__version__} (protocol {PROTOCOL}), and this "
                f"is {theirs[1]} ({theirs[0]}). Run `pillion engine stop`."
            )
            self._send({"type": "refused", "reason": reason})
            return False
        if isinstance(idle := hello.get("idle"), (int, float)):
            self._host.idle = float(idle)
            self.uses_engine = True
        self._send({"type": "hello", "pid": record.pid, "identity": record.identity})
        return True

    def _handle(self, message: Message) -> None:
        kind, id_ = message["type"], message.get("id")
        if kind == "stop":
            self._host.stopped.set()
        elif not isinstance(id_, int):
            raise wire.WireError("A message has no id.")
        elif kind == "cancel":
            if cancel := self.pending.get(id_):
                cancel.set()
        elif kind == "status":
            self._send({"type": "status", "id": id_, "status": self._host.status()})
        elif id_ in self.pending:
            raise wire.WireError("An id was used twice.")
        elif kind == "load":
            self._begin(id_, self._load(id_))
        elif kind == "generate":
            self._begin(id_, self._generate(id_, message))
        elif kind == "count":
            self._begin(id_, self._count(message))
        else:
            raise wire.WireError(f"{kind} is no message.")

    def _begin(self, id_: int, work: Coroutine[None, None, Message]) -> None:
        self.pending[id_] = Cancel()
        task = asyncio.get_running_loop().create_task(self._run(id_, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, id_: int, work: Coroutine[None, None, Message]) -> None:
        try:
            answer = await work
        except MemoryError:
            _give_up_memory()
        except PillionError as error:
            answer = {"type": "error", "error": wire.from_error(error)}
        except Exception as error:  # noqa: BLE001 - one request, and not the host, has failed.
            # Its text might quote the request.
            _log.error("A request failed with %s.", type(error).__name__)
            failure = EngineError(f"The engine failed ({type(error).__name__}).")
            answer = {"type": "error", "error": wire.from_error(failure)}
        self._host.served += 1
        self._answer(id_, answer)

    async def _load(self, id_: int) -> Message:
        loop = asyncio.get_running_loop()
        told = -1

        def report(share: float) -> None:
            # In the engine's thread, hundreds of times, and maybe after the end.
            nonlocal told
            if int(share * 100) == told:
                return
            told = int(share * 100)
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._progress, id_, share)

        info = await self._host.load(report)
        return {"type": "loaded", "info": wire.from_info(info)}

    def _progress(self, id_: int, share: float) -> None:
        self._host.chunks += 1
        if id_ in self.pending:
            self._send({"type": "progress", "id": id_, "share": round(share, 3)})

    async def _generate(self, id_: int, message: Message) -> Message:
        request = wire.to_request(message["request"])
        session = f"{self._number}:{request.session}"
        self._sessions.add(session)
        chunks = self._host.engine.stream(replace(request, session=session), self.pending[id_])
        ended = 0
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                self._host.chunks += 1
                ended += chunk.finish is not None
                values = {"chunk": wire.from_chunk(chunk)}
                if ended == request.samples:
                    return values | {"type": "finish"}
                if id_ in self.pending:
                    self._send(values | {"type": "chunk", "id": id_})
        raise EngineError("The engine stopped without an end.")

    async def _count(self, message: Message) -> Message:
        texts = wire.to_texts(message)
        return {"type": "counted", "counts": await self._host.engine.count(texts)}

    def _answer(self, id_: int, answer: Message) -> None:
        """Send the one answer of a request."""
        if self.pending.pop(id_, None):
            self._send(answer | {"id": id_})

    def _send(self, message: Message) -> None:
        if self._writer.is_closing():
            return
        self._writer.write(wire.pack(message))
        if self._writer.transport.get_write_buffer_size() > _MOST_UNSENT:
            _log.warning("A client reads nothing any more, so it was sent away.")
            self._writer.transport.abort()


def make_engine(options: HostOptions) -> Engine:
    """Return the engine that the host runs; loads nothing."""
    from pillion.engine.llama import LlamaEngine  # noqa: PLC0415 - tests make another one.

    return LlamaEngine(
        options.model,
        threads=options.threads,
        gpu_layers=options.gpu_layers,
        context_tokens=options.context_tokens,
    )


def main(make: Callable[[HostOptions], Engine] = make_engine) -> None:
    """Run the host of the command line until it is not needed any more."""
    parser = argparse.ArgumentParser(prog="pillion.engine.host")
    parser.add_argument("folder", type=Path)
    parser.add_argument("name")
    parser.add_argument("options", type=HostOptions.from_json)
    parser.add_argument("--idle", type=float, default=60.0)
    parser.add_argument("--loopback", action="store_true")
    arguments = parser.parse_args()
    os.umask(0o077)
    faulthandler.enable(sys.stderr)  # Names the crash for whoever cannot see the exit code.
    log.configure("INFO")
    _offer_to_the_killer()
    files = HostFiles(arguments.folder, arguments.name)
    try:
        asyncio.run(_run(make, arguments.options, files, arguments.idle, arguments.loopback))
    except MemoryError:
        _give_up_memory()
    sys.stderr.flush()
    # A thread that is in the middle of a call of llama.cpp cannot be waited for.
    os._exit(0)


async def _run(
    make: Callable[[HostOptions], Engine],
    options: HostOptions,
    files: HostFiles,
    idle: float,
    loopback: bool,
) -> None:
    listener = _listen(files, loopback=loopback)
    address = listener.getsockname()
    pid = os.getpid()
    record = Record(
        pid=pid,
        identity=process.identity(pid),
        address=address[1] if isinstance(address, tuple) else str(files.socket),
        token=secrets.token_hex(16),
        version=__version__,
        model=options.model,
        started=time.time(),
    )
    host = Host(make(options), record, files, idle)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_handle)
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        with contextlib.suppress(NotImplementedError, AttributeError):
            loop.add_signal_handler(getattr(signal, name), host.stopped.set)
    server = await _serve(host, listener)
    files.write_record(record)
    try:
        loop.add_reader(0, _starter_left, host)
    except (NotImplementedError, OSError):  # Windows has no such thing.
        loop.call_later(_HELLO_SECONDS, host.starter_left)
    _log.info("Process %d serves %s.", pid, Path(options.model).name)
    try:
        await host.watch()
    finally:
        # The way in goes first, so that nobody finds a host that is ending.
        server.close()
        if (found := files.read_record()) and found.pid == pid:
            files.remove_record()
        host.end_clients()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(host.engine.close(), _CLOSE_SECONDS)
        _log.info("Process %d ends.", pid)
        for client in list(host.clients):
            client.hang_up()
        await asyncio.sleep(0)


def _starter_left(host: Host) -> None:
    """Note the end of standard input, which the client that started this host holds open."""
    asyncio.get_running_loop().remove_reader(0)
    host.starter_left()


def _listen(files: HostFiles, *, loopback: bool) -> socket.socket:
    if loopback or not hasattr(socket, "AF_UNIX"):
        listener = socket.socket(socket.AF_INET)
        listener.bind(("127.0.0.1", 0))
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(files.socket))
    listener.listen(64)
    return listener


async def _serve(host: Host, listener: socket.socket) -> asyncio.Server:
    if listener.family == socket.AF_INET:
        return await asyncio.start_server(host.accept, sock=listener)
    return await asyncio.start_unix_server(host.accept, sock=listener)


def _handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Do not go on without memory: what failed might be somebody's answer."""
    if isinstance(context.get("exception"), MemoryError):
        _give_up_memory()
    loop.default_exception_handler(context)


def _give_up_memory() -> None:
    """End at once; `pillion.engine.causes` knows the exit code and the note."""
    note(RAN_OUT)
    os._exit(OUT_OF_MEMORY)


def _offer_to_the_killer() -> None:
    """When memory runs out, Linux should end this process and not the user's editor."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")


if __name__ == "__main__":
    main()
