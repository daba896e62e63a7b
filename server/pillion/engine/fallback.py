"""Several engines as one: the first that works answers, the next ones when it is away.

A server that fails rests for a while, longer each time, and is looked at again in the background:
no keystroke waits for a server that is off. A request moves on to the next engine only as long as
nothing of its answer has been shown, and is laid out anew for the model there.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pillion.base.errors import (
    EngineAwayError,
    EngineClosedError,
    EngineRefusedError,
    PillionError,
)
from pillion.engine.base import Cancel, Chunk, Finish, FinishReason, ModelInfo, Request, Restartable
from pillion.prompt.parts import ROLES, fitted

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from pillion.engine.base import Engine

_FIRST_REST, _LONGEST_REST = 1.0, 60.0
"""Seconds that a server rests after its first failure, doubled with each, and at most."""


@dataclass
class Member:
    """One of the engines."""

    name: str
    """Host and port, or `local`."""
    url: str
    """Empty for the local model."""
    engine: Engine
    message: str = ""
    """Why it rests; empty while it works."""
    failures: int = 0
    rests_until: float = 0.0

    @property
    def resting(self) -> bool:
        """Whether it is better left alone for now."""
        return time.monotonic() < self.rests_until

    def failed(self, error: PillionError) -> None:
        """Let it rest."""
        rest = min(_LONGEST_REST, _FIRST_REST * 2**self.failures)
        if isinstance(error, EngineRefusedError):
            rest = _LONGEST_REST
        if isinstance(error, EngineAwayError):
            rest = max(rest, error.pause)
        self.failures += 1
        self.rests_until = time.monotonic() + rest
        self.message = str(error)

    def works(self) -> None:
        """Forget its failures."""
        self.failures, self.rests_until, self.message = 0, 0.0, ""


@dataclass
class Fallback:
    """Engines in order of preference, behind the `Engine` protocol."""

    members: Sequence[Member]
    changed: Callable[[], None] = lambda: None
    """Called when another engine answers than before."""
    _current: Member | None = None
    _reviving: asyncio.Task[None] | None = None
    _closed: bool = field(default=False)

    @property
    def info(self) -> ModelInfo | None:
        """The model that answers; conversations are laid out for all of the engines alike."""
        current = self._current
        info = current.engine.info if current else None
        if current is None or info is None:
            return None
        instead = [member.message for member in self.members if member.message]
        first = self.members[0]
        if current is not first and first.message:
            instead.append(f"Instead, {_described(current)} answers.")
        note = " ".join([*instead, info.note]).strip()
        return replace(info, chat_template=ROLES, note=note)

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        """Load the first engine that can be used; see `Engine.load`."""
        if self._closed:
            raise EngineClosedError("The engine was closed.")
        self._revive()
        if self._current and not self._current.resting and (info := self.info):
            return info
        errors: list[PillionError] = []
        for member in self._order():
            try:
                await member.engine.load(report)
            except EngineClosedError:
                raise
            except PillionError as error:
                member.failed(error)
                errors.append(error)
            else:
                self._use(member)
                if info := self.info:
                    return info
        raise _joined(errors)

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """Generate with the first engine that can; see `Engine.stream`."""
        await self.load()
        errors: list[PillionError] = []
        for member in self._order():
            begun = False
            try:
                info = member.engine.info or await member.engine.load()
                prompt = fitted(request.prompt, info.specials, info.chat_template)
                own = replace(request, prompt=prompt)
                async with aclosing(member.engine.stream(own, cancel)) as chunks:
                    async for chunk in chunks:
                        begun = begun or bool(chunk.text)
                        whole = chunk.finish and chunk.finish.reason is not FinishReason.CANCELLED
                        if begun or whole:
                            member.works()
                            self._use(member)
                        yield chunk
            except EngineClosedError:
                raise
            except PillionError as error:
                member.failed(error)
                errors.append(error)
                self.changed()
                if begun:
                    raise
                if cancel.is_set():
                    yield Chunk("", Finish(FinishReason.CANCELLED))
                    return
            else:
                return
        raise _joined(errors)

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Count tokens with the engine in use; see `Engine.count`."""
        await self.load()
        if self._current is None:
            raise EngineClosedError("The engine was closed.")
        return await self._current.engine.count(texts)

    async def restart(self) -> None:
        """Forget all failures; end the process of the local engine, if it has one."""
        for member in self.members:
            member.works()
            if isinstance(member.engine, Restartable):
                await member.engine.restart()

    async def close(self) -> None:
        """Close all engines."""
        self._closed = True
        if self._reviving and not self._reviving.done():
            self._reviving.cancel()
            await asyncio.gather(self._reviving, return_exceptions=True)
        for member in self.members:
            await member.engine.close()

    def to_json(self) -> list[dict[str, str]]:
        """Return the engines and their states, for the status."""
        return [
            {
                "engine": member.name,
                "url": member.url,
                "state": self._state(member),
                "message": member.message,
            }
            for member in self.members
        ]

    def _state(self, member: Member) -> str:
        if member.message:
            return "away"
        return "in use" if member is self._current else "ready" if member.engine.info else "unused"

    def _order(self) -> list[Member]:
        """Return those to try, best first; if all of them rest, they are tried all the same."""
        return [one for one in self.members if not one.resting] or list(self.members)

    def _use(self, member: Member) -> None:
        # Its failures are forgotten once it has answered: some only say that they are there.
        member.message = ""
        if self._current is not member:
            self._current = member
            self.changed()

    def _revive(self) -> None:
        """Look in the background whether better engines than the one in use are back."""
        if self._current is None or (self._reviving and not self._reviving.done()):
            return
        better = self.members[: list(self.members).index(self._current)]
        due = [member for member in better if not member.resting]
        if due:
            self._reviving = asyncio.create_task(self._look_at(due))

    async def _look_at(self, members: Sequence[Member]) -> None:
        for member in members:
            try:
                await member.engine.load()
            except PillionError as error:
                member.failed(error)
            else:
                self._use(member)
                return


def _described(member: Member) -> str:
    return f"the engine at {member.name}" if member.url else "the local model"


def _joined(errors: Sequence[PillionError]) -> PillionError:
    """Return one error for all engines; the only one itself, which may have a type of its own."""
    if len(errors) == 1:
        return errors[0]
    return EngineAwayError(" ".join(dict.fromkeys(map(str, errors))))
