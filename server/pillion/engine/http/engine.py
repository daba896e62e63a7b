"""One server as an `Engine`: found out what it is, asked in time, cancelled by closing.

    request -> door (hide secrets, take note) -> dialect -> connection -> the server

Everything that leaves this machine passes `_safe` and the audit. A request is asked again only as
long as nothing of its answer has been passed on. No answer and no server can make it hang: every
wait ends with the patience of the request, or with its cancel.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from pillion.base.errors import (
    EngineAnswerError,
    EngineAwayError,
    EngineClosedError,
    EngineRefusedError,
    PillionError,
)
from pillion.context.redact import redact
from pillion.engine.base import (
    Cancel,
    Chunk,
    FinishReason,
    ModelInfo,
    Priority,
    Request,
    in_turn,
)
from pillion.engine.http.audit import Audit
from pillion.engine.http.connection import Connection
from pillion.engine.http.endpoint import Endpoint, Kind
from pillion.engine.http.llama_server import LlamaServer
from pillion.engine.http.ollama import Ollama
from pillion.engine.http.openai import OpenAi
from pillion.engine.http.pacing import Pacing
from pillion.engine.http.patience import Patience, patience
from pillion.engine.http.tally import Tally, estimated
from pillion.engine.http.turns import Turns
from pillion.engine.stops import Stops
from pillion.prompt.model_input import Markup, Special, is_text

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from pillion.engine.http.dialect import Dialect
    from pillion.prompt.model_input import Piece, Prompt

_T = TypeVar("_T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
"""Seconds before a request is asked again; doubled each time, with chance, so that the clients of
a server that was overwhelmed do not all come back at once."""


@dataclass(frozen=True, slots=True)
class Options:
    """What all servers have in common."""

    cold_ms: int = 1500
    """The latency contract's target for a first suggestion."""
    ca: str = ""
    """A file of certificates to trust besides the system's."""
    probabilities: bool = False
    """Ask how sure the model was, where the server can tell."""


class HttpEngine:
    """One server behind the `Engine` protocol (see `pillion.engine.base`)."""

    def __init__(
        self, endpoint: Endpoint, options: Options | None = None, audit: Audit | None = None
    ) -> None:
        """Prepare to use a server; opens no connection."""
        self.endpoint = endpoint
        self.audit = audit or Audit()
        self._options = options or Options()
        self._connection = Connection(endpoint, ca=self._options.ca)
        self._dialect: Dialect | None = None
        self._looking: asyncio.Task[ModelInfo] | None = None
        self._closed = False
        self._turns = Turns()
        self._pacing = Pacing()
        self.info: ModelInfo | None = None

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        """Ask the server what it is and which model it has; a failure can be tried again."""
        if self._closed:
            raise EngineClosedError("The engine was closed.")
        if self.info:
            return self.info
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
            self._looking.add_done_callback(_retrieve)
        info = await asyncio.shield(self._looking)
        if report:
            report(1.0)
        return info

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """Generate; see `Engine.stream`."""
        if request.samples > 1:
            async with aclosing(in_turn(self.stream, request, cancel)) as chunks:
                async for chunk in chunks:
                    yield chunk
            return
        if self._closed:
            raise EngineClosedError("The engine was closed.")
        tally, cancelled = Tally(), _event_of(cancel)
        if not await _unless(cancelled, self._ready(request.priority)):
            yield Chunk("", tally.finish(FinishReason.CANCELLED))
            return
        async with (
            self._turns.taken(request.priority, cancelled),
            aclosing(self._noted(request, tally, cancelled)) as chunks,
        ):
            async for chunk in chunks:
                yield chunk

    async def _ready(self, priority: Priority) -> ModelInfo:
        """Know the server, and give the next key time to come if it is busy."""
        info = await self.load()
        await asyncio.sleep(self._pacing.hold(priority))
        return info

    async def _noted(
        self, request: Request, tally: Tally, cancelled: asyncio.Event
    ) -> AsyncGenerator[Chunk, None]:
        """Generate from what may leave this machine, and take note of it."""
        if cancelled.is_set():
            yield Chunk("", tally.finish(FinishReason.CANCELLED))
            return
        tally.started = time.perf_counter()
        safe, hidden = _safe(request.prompt)
        tally.prompt = tally.evaluated = estimated(safe.characters)
        request = replace(request, prompt=safe)
        entry = self.audit.begin(self.endpoint.url, _purpose(request), _shown(safe), hidden)
        entry.outcome = "closed"
        try:
            async with aclosing(self._persistent(request, tally, cancelled)) as chunks:
                async for chunk in chunks:
                    entry.received += len(chunk.text)
                    if chunk.finish:
                        entry.outcome = chunk.finish.reason.value
                    yield chunk
        except PillionError as error:
            named = self._named(error)
            entry.outcome = str(named)
            # The next one that asks looks whether the server is still what it was.
            self.info = None
            raise named from error
        finally:
            now = time.perf_counter()
            entry.milliseconds = round((now - tally.started) * 1000, 1)
            if request.priority is Priority.COMPLETION:
                self._pacing.took((tally.first or now) - tally.started, came=bool(tally.first))

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Count tokens, or estimate where the server cannot count; see `Engine.count`."""
        await self.load()
        if self._dialect is None:
            raise EngineClosedError("The engine was closed.")
        return await self._dialect.count([_hidden(text) for text in texts])

    async def close(self) -> None:
        """Close all connections; what is under way ends with them."""
        self._closed = True
        if self._looking and not self._looking.done():
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._connection.close()

    async def _look(self) -> ModelInfo:
        for dialect in self._candidates():
            try:
                info = await dialect.look()
            except PillionError as error:
                raise self._named(error) from error
            if info:
                self._dialect = dialect
                self.info = replace(info, path=self.endpoint.url, note=statement(self.endpoint))
                return self.info
        raise EngineRefusedError(
            f"The server at {self.endpoint.name} is none that Pillion knows: llama-server, Ollama, "
            "or one with OpenAI's API."
        )

    def _named(self, error: PillionError) -> PillionError:
        """Return the error with the server's name in it."""
        text = str(error).replace("It ", f"The engine at {self.endpoint.name} ", 1)
        if isinstance(error, EngineAwayError):
            return EngineAwayError(text, error.pause)
        if isinstance(error, EngineAnswerError | EngineRefusedError):
            return type(error)(text)
        return error

    def _candidates(self) -> list[Dialect]:
        connection = self._connection
        llama = LlamaServer(connection, probabilities=self._options.probabilities)
        known: dict[Kind, Dialect] = {
            Kind.LLAMA_SERVER: llama,
            Kind.OLLAMA: Ollama(connection),
            Kind.OPENAI: OpenAi(connection),
        }
        if self.endpoint.kind is not Kind.AUTO:
            return [known[self.endpoint.kind]]
        # An address with a path is that of an API, such as `/v1`; the others have none.
        return [known[Kind.OPENAI]] if self.endpoint.has_path else list(known.values())

    async def _persistent(
        self, request: Request, tally: Tally, cancelled: asyncio.Event
    ) -> AsyncGenerator[Chunk, None]:
        """Ask, and ask again as long as that is safe and of use."""
        allowed = patience(request.priority, self._options.cold_ms)
        deadline = time.monotonic() + allowed.first
        for attempt in range(allowed.retries + 1):
            begun = False
            try:
                async with aclosing(self._once(request, tally, cancelled, allowed)) as chunks:
                    async for chunk in chunks:
                        begun = True
                        yield chunk
            except EngineAwayError as error:
                pause = max(error.pause, _pause(attempt))
                late = time.monotonic() + pause > deadline
                if begun or late or attempt == allowed.retries:
                    raise
                if not await _unless(cancelled, asyncio.sleep(pause, result=True)):
                    yield Chunk("", tally.finish(FinishReason.CANCELLED))
                    return
            else:
                return

    async def _once(
        self, request: Request, tally: Tally, cancelled: asyncio.Event, allowed: Patience
    ) -> AsyncGenerator[Chunk, None]:
        if self._dialect is None:
            raise EngineClosedError("The engine was closed.")
        output = self._dialect.write(request, tally)
        seconds, stops = allowed.first, Stops(request.stops)
        try:
            while True:
                try:
                    item = await _unless(cancelled, anext(output, FinishReason.CANCELLED), seconds)
                except TimeoutError as error:
                    text = f"It was silent for {seconds:.0f} seconds."
                    raise EngineAwayError(text) from error
                if item is None or isinstance(item, FinishReason):
                    yield Chunk(stops.rest(), tally.finish(item or FinishReason.CANCELLED))
                    return
                seconds = allowed.next
                sure, stopped = stops.feed(item)
                if sure:
                    yield Chunk(sure)
                if stopped:
                    yield Chunk("", tally.finish(FinishReason.STOP))
                    return
        finally:
            # Closes the request, which makes the server stop.
            await output.aclose()


def statement(endpoint: Endpoint) -> str:
    """Return in a sentence what is sent where."""
    if endpoint.on_this_machine:
        return f"The model runs in another program on this machine, at {endpoint.url}."
    how = "encrypted" if endpoint.encrypted else "NOT encrypted"
    return (
        f"Code around the cursor and from the workspace is sent to {endpoint.url} ({how}); "
        "secrets in it are hidden first."
    )


def _safe(prompt: Prompt) -> tuple[Prompt, int]:
    """Return a prompt whose secrets are hidden, whoever made it, and how much that changed.

    Every source hides them before; this is the last look at what leaves the machine.
    """
    pieces: list[Piece] = [_hidden(piece) if is_text(piece) else piece for piece in prompt.pieces]
    heal = prompt.heal
    if heal and pieces and is_text(last := prompt.pieces[-1]):
        # A word is judged by the line that it stands in.
        heal = _hidden(last + heal)[len(last) :]
    safe = replace(prompt, pieces=tuple(pieces), heal=heal)
    changed = sum(
        a != b
        for before, after in zip((*prompt.pieces, prompt.heal), (*pieces, heal), strict=True)
        if is_text(before) and is_text(after) and before is not after
        for a, b in zip(before, after, strict=True)
    )
    return safe, changed


def _hidden(text: str) -> str:
    return redact(text)


def _shown(prompt: Prompt) -> str:
    """Return a prompt as text for people: special tokens and markup in their place."""
    shown = []
    for piece in prompt.pieces:
        if isinstance(piece, Markup):
            shown.append(piece.text)
        elif isinstance(piece, Special):
            shown.append(f"⟨{piece.value}⟩")
        else:
            shown.append(piece)
    return "".join(shown) + prompt.heal


def _purpose(request: Request) -> str:
    return request.priority.name.lower()


def _pause(attempt: int) -> float:
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * float(2**attempt))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret.


def _event_of(cancel: Cancel) -> asyncio.Event:
    """Return an event of this loop that a cancel from any thread sets."""
    loop, event = asyncio.get_running_loop(), asyncio.Event()

    def note() -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(event.set)

    cancel.on_set(note)
    return event


async def _unless(
    cancelled: asyncio.Event, work: Awaitable[_T], seconds: float | None = None
) -> _T | None:
    """Return the result of `work`; None as soon as `cancelled` is set, and then it is stopped.

    Raises `TimeoutError` after `seconds`.
    """
    doing = asyncio.ensure_future(work)
    giving_up = asyncio.ensure_future(cancelled.wait())
    try:
        await asyncio.wait({doing, giving_up}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if cancelled.is_set():
            return None
        if doing.done():
            return doing.result()
        raise TimeoutError
    finally:
        for task in (doing, giving_up):
            task.cancel()
        await asyncio.gather(doing, giving_up, return_exceptions=True)


def _retrieve(looking: asyncio.Task[ModelInfo]) -> None:
    """Take note of a failure that nobody waits for."""
    if not looking.cancelled():
        looking.exception()
