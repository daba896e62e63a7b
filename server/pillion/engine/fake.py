"""A scripted engine for tests: says what it is told, as slowly as it is told.

It is public so that editor extensions and contributors can test against it; it never stands in
for a real model in anything a user sees.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pillion.base.errors import EngineClosedError, EngineLoadError
from pillion.engine.base import (
    Cancel,
    Chunk,
    Finish,
    FinishReason,
    ModelInfo,
    Request,
    in_turn,
)
from pillion.engine.stops import Stops
from pillion.prompt.model_input import Special

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence


@dataclass(frozen=True, slots=True)
class Script:
    """One scripted answer."""

    chunks: Sequence[str] = ()
    delay: float = 0.0
    """Seconds before each chunk."""
    error: Exception | None = None
    """Raised after the chunks."""
    hangs: bool = False
    """After the chunks, wait until cancelled."""
    finish: FinishReason = FinishReason.STOP
    log_probability: float = 0.0
    """How sure the model was, as in `Finish`."""


@dataclass
class FakeEngine:
    """An `Engine` that plays `scripts` in order and then repeats the last one.

    Each sample of a request is a script of its own, played after the one before. A script does
    not follow the request's grammar.
    """

    scripts: Sequence[Script] = (Script(),)
    load_seconds: float = 0.0
    load_error: str = ""
    model: ModelInfo = ModelInfo(  # noqa: RUF009 - frozen
        name="fake", context_tokens=4096, specials=frozenset(Special)
    )
    requests: list[Request] = field(default_factory=list)
    """Every request, in the order they arrived."""
    played: int = 0
    """Scripts played so far."""
    info: ModelInfo | None = None
    closed: bool = False

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        """Wait `load_seconds`, then be ready, or fail with `load_error`."""
        if self.info is None:
            for step in range(1, 5):
                await asyncio.sleep(self.load_seconds / 4)
                if report:
                    report(step / 4)
            if self.load_error:
                raise EngineLoadError(self.load_error)
            self.info = self.model
        return self.info

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """Play the next script, or as many as there are samples."""
        if self.closed:
            raise EngineClosedError("The engine was closed.")
        await self.load()
        self.requests.append(request)
        async with contextlib.aclosing(in_turn(self._play, request, cancel)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def _play(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        script = self.scripts[min(self.played, len(self.scripts) - 1)]
        self.played += 1
        stops, stopped, said = Stops(request.stops), False, 0
        for text in script.chunks:
            await asyncio.sleep(script.delay)
            if cancel.is_set() or said == request.max_tokens:
                break
            said += 1
            sure, stopped = stops.feed(text)
            if sure:
                yield Chunk(sure)
            if stopped:
                break
        while script.hangs and not cancel.is_set():  # noqa: ASYNC110 - set from any thread.
            await asyncio.sleep(0.005)
        if script.error:
            raise script.error
        reason = FinishReason.STOP if stopped else script.finish
        reason = FinishReason.CANCELLED if cancel.is_set() else reason
        costs = {"prompt_tokens": 1, "evaluated_tokens": 1, "generated_tokens": said}
        finish = Finish(reason, **costs, log_probability=script.log_probability)
        yield Chunk(stops.rest(), finish)

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Count a token for every four characters."""
        return [len(text) // 4 for text in texts]

    async def close(self) -> None:
        """Refuse all further requests."""
        self.closed = True
