"""The engine in the process that all of a user's language servers share, seen from one of them.

The same `Engine` as the others. The host is found or started when the model is first needed, and
again when it has ended; `close` leaves it to the other clients. Imports neither llama.cpp nor
numpy, so that a language server stays small.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from pillion.base.errors import EngineClosedError, EngineError
from pillion.engine import wire
from pillion.engine.base import Cancel, Chunk, Finish, FinishReason, ModelInfo, Request
from pillion.engine.link import Link
from pillion.engine.supervise import HOST_COMMAND, Policy, Supervisor

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from pillion.engine.runtime import HostOptions
    from pillion.engine.wire import Message

_log = logging.getLogger(__name__)


class HostedEngine:
    """A shared engine host behind the `Engine` protocol (see `pillion.engine.base`)."""

    def __init__(
        self,
        options: HostOptions,
        *,
        idle: float = 60.0,
        policy: Policy | None = None,
        command: Sequence[str] = HOST_COMMAND,
    ) -> None:
        """Prepare to use the host of `options`; starts nothing.

        `idle`: how many seconds the host shall outlive its last client. `command` starts it.
        """
        self._supervisor = Supervisor(options, idle=idle, policy=policy, command=command)
        self._link: Link | None = None
        self._loading: asyncio.Task[ModelInfo] | None = None
        self._reports: list[Callable[[float], None]] = []
        self._closed = False
        self.info: ModelInfo | None = None

    @property
    def host_pid(self) -> int | None:
        """The process of the host, while there is a connection to it."""
        return self._link.record.pid if self._link else None

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        """Find or start the host and let it load the model; see `Engine.load`."""
        if self._closed:
            raise EngineClosedError("The engine was closed.")
        if self._link and self.info and not self._link.closed:
            return self.info
        if report:
            self._reports.append(report)
        return await asyncio.shield(self._begin_load())

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """Generate; see `Engine.stream`."""
        loop = asyncio.get_running_loop()
        cancelled = asyncio.Event()

        def note_cancel() -> None:
            # Any thread may cancel, also one that outlives the loop.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(cancelled.set)

        cancel.on_set(note_cancel)
        if not await self._loaded_before(cancelled):
            for sample in range(request.samples):
                yield Chunk("", Finish(FinishReason.CANCELLED), sample)
            return
        link = self._link
        if link is None:
            raise EngineClosedError("The engine was closed.")
        id_, answers = link.ask({"type": "generate", "request": wire.from_request(request)})
        watching = loop.create_task(_cancel_when(cancelled, link, id_))
        try:
            while True:
                message = await answers.get()
                if isinstance(message, Exception):
                    raise message
                yield _chunk(message)
                if message["type"] == "finish":
                    return
        finally:
            watching.cancel()
            link.give_up(id_)

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Count tokens; see `Engine.count`."""
        await self.load()
        link = self._link
        if link is None:
            raise EngineClosedError("The engine was closed.")
        id_, answers = link.ask({"type": "count", "texts": list(texts)})
        try:
            message = await answers.get()
        finally:
            link.give_up(id_)
        if isinstance(message, Exception):
            raise message
        if message["type"] == "error":
            raise wire.to_error(message["error"])
        return wire.to_counts(message, len(texts))

    async def restart(self) -> None:
        """End the host, for all its clients, and forget its past; the next `load` starts it."""
        await self._supervisor.restart()

    async def close(self) -> None:
        """Hang up. The host lives on as long as others need it."""
        if self._closed:
            return
        self._closed = True
        if self._loading and not self._loading.done():
            self._loading.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await self._loading
        link, self._link = self._link, None
        if link:
            await link.close()
        with contextlib.suppress(EngineError):
            await self._supervisor.tidy()

    def _begin_load(self) -> asyncio.Task[ModelInfo]:
        if self._loading is None or self._loading.done():
            self._loading = asyncio.get_running_loop().create_task(self._load())
            self._loading.add_done_callback(_retrieve)
        return self._loading

    async def _load(self) -> ModelInfo:
        try:
            streams, record = await self._supervisor.connect()
            files = self._supervisor.files()
            self._link = link = Link(streams, record, files, self._supervisor.cause, self._lost)
            self.info = await self._ask_to_load(link)
        except BaseException:
            failed, self._link = self._link, None
            if failed and not failed.closed:
                await failed.close()
            raise
        finally:
            self._reports.clear()
        return self.info

    async def _ask_to_load(self, link: Link) -> ModelInfo:
        _, answers = link.ask({"type": "load"})
        while True:
            message = await answers.get()
            if isinstance(message, Exception):
                raise message
            if message["type"] == "loaded":
                return wire.to_info(message["info"])
            if message["type"] == "error":
                raise wire.to_error(message["error"])
            for report in list(self._reports):
                report(float(message["share"]))

    async def _loaded_before(self, cancelled: asyncio.Event) -> bool:
        """Load if need be; return False if the request was cancelled meanwhile."""
        if self._link and self.info and not self._link.closed and not self._closed:
            return True
        loading = asyncio.ensure_future(self.load())
        giving_up = asyncio.ensure_future(cancelled.wait())
        try:
            await asyncio.wait({loading, giving_up}, return_when=asyncio.FIRST_COMPLETED)
            if loading.done():
                loading.result()
            return loading.done()
        finally:
            for task in (loading, giving_up):
                task.cancel()
            await asyncio.gather(loading, giving_up, return_exceptions=True)

    def _lost(self, link: Link, cause: str) -> None:
        """Start the host again, before somebody asks, if it did not mean to end."""
        if cause:
            _log.warning("The engine host ended: %s", cause)
        if self._link is link:
            self._link = None
            if cause and not self._closed and self.info:
                self._begin_load()


def _chunk(message: Message) -> Chunk:
    """Return what a message says of a generation. Raises `EngineError`."""
    if message["type"] in {"chunk", "finish"}:
        return wire.to_chunk(message["chunk"])
    if message["type"] == "error":
        raise wire.to_error(message["error"])
    raise EngineError("The engine gave a strange answer.")


async def _cancel_when(cancelled: asyncio.Event, link: Link, id_: int) -> None:
    await cancelled.wait()
    link.cancel(id_)


def _retrieve(loading: asyncio.Task[ModelInfo]) -> None:
    """Take note of a failure that nobody waits for."""
    if not loading.cancelled():
        loading.exception()
