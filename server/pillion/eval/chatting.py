"""Answers of the chat measured: the first word, and silence after a stop.

Each trial attaches lines that the model has not read and asks about it, through the real server
over standard streams. The same prompt then goes straight to the engine, in a sequence of its own,
so that everything but the engine's own work can be told. The order changes from trial to trial.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.assist.chat import Ask, Chat
from pillion.base.errors import PillionError
from pillion.context.chip import Chip, Kind
from pillion.context.library import Library
from pillion.engine.base import Cancel, Chunk, Finish, FinishReason
from pillion.eval.figures import Aim, at_least, at_most, spread
from pillion.prompt.chat import Message, Role

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence

    from pillion.base.settings import Settings
    from pillion.context.index.workspace import Workspace
    from pillion.engine.base import Engine, ModelInfo, Request

LINES = 60
"""Of each document, so that a slow machine reads it in a few seconds."""

QUESTION = "What is this code for?"


@dataclass(frozen=True, slots=True)
class Trial:
    """One question."""

    prompt_tokens: int
    chat_ms: float
    """From the request to the first word in the editor."""
    engine_ms: float
    """From the request to the first word of the engine, for the same prompt."""
    silent_ms: float | None
    """From the stop to the last that was heard of the answer."""

    @property
    def ratio(self) -> float:
        """How many times the engine's own time the first word takes."""
        return self.chat_ms / self.engine_ms


async def run(
    ask: Callable[[str, int], Awaitable[tuple[float, float | None]]],
    engine: Engine,
    library: Library,
    uris: Sequence[str],
    settings: Settings,
) -> AsyncIterator[Trial]:
    """Ask about each document.

    `ask` does it through a server, and returns the milliseconds to the first word and from a stop
    to silence, if there was something to stop; `engine` is the one behind that server.
    """
    for number, uri in enumerate(uris):
        request = await _request_for(engine, library, uri, settings, number)
        if number % 2:
            chat_ms, silent_ms = await ask(uri, number)
            engine_ms, tokens = await _first_of(engine, request)
        else:
            engine_ms, tokens = await _first_of(engine, request)
            chat_ms, silent_ms = await ask(uri, number)
        yield Trial(tokens, chat_ms, engine_ms, silent_ms)


def summary(trials: Sequence[Trial]) -> dict[str, object]:
    """Return the figures of all trials."""
    return {
        "trials": len(trials),
        "prompt_tokens": spread([one.prompt_tokens for one in trials]),
        "chat_first_ms": spread([one.chat_ms for one in trials]),
        "engine_first_ms": spread([one.engine_ms for one in trials]),
        "ratio": spread([one.ratio for one in trials]),
        "silent_ms": spread(_silences(trials)),
    }


def aims(trials: Sequence[Trial]) -> dict[str, Aim]:
    """Return the figures with their bounds."""
    return {
        "trials": at_least(len(trials), 10),
        "ratio_median": at_most(spread([one.ratio for one in trials])["median"], 1.2),
        "stopped": at_least(len(_silences(trials)), 10),
        "silent_ms_p95": at_most(spread(_silences(trials))["p95"], 100),
    }


def _silences(trials: Sequence[Trial]) -> list[float]:
    return [one.silent_ms for one in trials if one.silent_ms is not None]


def library_of(workspace: Workspace, read: Callable[[str], str]) -> Library:
    """Return a library for the files of a measurement, none of which is private."""
    return Library(workspace, _Open(read))


@dataclass(frozen=True, slots=True)
class _Open:
    """A gate that lets the files of a measurement through."""

    text_of: Callable[[str], str]

    def judge(self, uri: str) -> None:
        """Find nothing private."""
        del uri

    def read(self, uri: str) -> str:
        """Return the text of a file."""
        return self.text_of(uri)


class _Captured(Exception):  # noqa: N818 - ends a walk early, and is no error.
    """The request that would have gone to the engine."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.request = request


class _Capturing:
    """An engine that takes a request away before it is generated."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.count = engine.count
        self.close = engine.close

    @property
    def info(self) -> ModelInfo | None:
        return self._engine.info

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        return await self._engine.load(report)

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        if not cancel.is_set():
            raise _Captured(request)
        yield Chunk("", Finish(FinishReason.CANCELLED))


async def _request_for(
    engine: Engine, library: Library, uri: str, settings: Settings, number: int
) -> Request:
    ask = Ask(
        f"bench{number}",
        (Message(Role.USER, QUESTION),),
        chips=(Chip(Kind.SELECTION, uri, 0, LINES - 1),),
    )
    try:
        await Chat(library).answer(_Capturing(engine), ask, settings, Cancel())
    except _Captured as captured:
        return replace(captured.request, session=f"bench-raw{number}")
    raise PillionError("The chat asked the engine nothing.")


async def _first_of(engine: Engine, request: Request) -> tuple[float, int]:
    """Return the milliseconds to the engine's first word, and the tokens of the prompt."""
    started, first = time.perf_counter(), 0.0
    cancel = Cancel()
    async for chunk in engine.stream(request, cancel):
        if chunk.text and not first:
            first = time.perf_counter() - started
            cancel.set()
        if chunk.finish:
            return first * 1000, chunk.finish.prompt_tokens
    raise PillionError("The engine's answer has no end.")
