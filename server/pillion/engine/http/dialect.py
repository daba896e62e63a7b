"""What every kind of server must be able to do for `engine.HttpEngine`, and what they share."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

from pillion.base.errors import EngineAnswerError, EngineAwayError, PillionError
from pillion.engine.base import FinishReason

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence

    from pillion.engine.base import ModelInfo, Request, Sampling
    from pillion.engine.http.connection import Json
    from pillion.engine.http.tally import Tally

LOOK_SECONDS = 5.0
"""For questions that need no model: which one it is, how many tokens a text has."""

_DRAIN_SECONDS = 0.05
"""The end of an answer comes with its last event, or with the next packet."""


class Dialect(Protocol):
    """One kind of server."""

    async def look(self) -> ModelInfo | None:
        """Ask which model it has; None if it is another kind of server. Raises `EngineError`."""

    def write(self, request: Request, tally: Tally) -> AsyncGenerator[str, None]:
        """Generate: yield pieces of text, then a `FinishReason`; keep `tally` up to date.

        What the output must begin with is stripped already. Raises `EngineError`.
        """

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text is, as well as it can be known."""


class Beginning:
    """Takes the required beginning off the output, or finds that it is not there."""

    def __init__(self, needed: str) -> None:
        self._needed = needed
        self._held = ""

    @property
    def done(self) -> bool:
        """Whether all that was required has come."""
        return not self._needed

    def feed(self, text: str) -> str | None:
        """Return what of the output is new to the user; None if it begins otherwise."""
        if not self._needed:
            return text
        self._held += text
        if self._held.startswith(self._needed):
            rest, self._needed = self._held[len(self._needed) :], ""
            return rest
        return "" if self._needed.startswith(self._held) else None

    def find(self, text: str) -> str:
        """Return what of the output stands behind the required text, wherever that comes."""
        if not self._needed:
            return text
        self._held += text
        _, found, rest = self._held.partition(self._needed)
        if found:
            self._needed = ""
        return rest

    @property
    def held(self) -> str:
        """What has come while that was not known."""
        return self._held


async def answer(
    events: AsyncGenerator[Json, None],
    read: Callable[[Json], Iterable[str]],
    ended: Callable[[], FinishReason | None] = lambda: None,
) -> AsyncGenerator[str, None]:
    """Yield what `read` finds in each event: pieces of text, and then a `FinishReason`.

    `ended` tells how it ended where the events are over and `read` has not said so.
    """
    async with contextlib.aclosing(events):
        async for event in events:
            check(event)
            for item in read(event):
                if isinstance(item, FinishReason):
                    try:
                        yield item
                    finally:
                        # Nobody waits for this: the answer was given.
                        await _drain(events)
                    return
                yield item
    if reason := ended():
        yield reason
    else:
        raise truncated()


def drawn(sampling: Sampling) -> Json:
    """Return how a token is chosen, by the names that all of them have for it."""
    if sampling.temperature <= 0:
        return {"temperature": 0}
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "seed": sampling.seed,
    }


def number(values: Mapping[str, object], key: str) -> int:
    """Return a number of an answer; 0 if there is none."""
    value = values.get(key)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def text(values: Mapping[str, object], key: str) -> str:
    """Return a text of an answer; empty if there is none."""
    value = values.get(key)
    return value if isinstance(value, str) else ""


def part(values: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return an object inside an answer; empty if there is none."""
    value = values.get(key)
    return value if isinstance(value, dict) else {}


def items(values: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """Return the objects of a list inside an answer."""
    value = values.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def check(event: Mapping[str, object]) -> None:
    """Raise `EngineAwayError` for an event that reports an error; its text is not passed on."""
    if event.get("error"):
        raise EngineAwayError("It failed while it was answering.")


async def _drain(events: AsyncGenerator[object, None]) -> None:
    """Read the end of a complete answer, so that the connection can be used again."""
    with contextlib.suppress(TimeoutError, PillionError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            async for _ in events:
                pass


def truncated() -> EngineAnswerError:
    """Return the error for a stream that ends without saying so."""
    return EngineAnswerError("It broke off in the middle of its answer.")
