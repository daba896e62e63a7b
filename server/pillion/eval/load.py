"""Many users who type at once, each with the real client, against one llama-server.

Every user types a stretch of a real file again, in bursts with pauses, and asks at each keystroke;
a keystroke ends the request before it. What is measured: the time to the first token, whether
every request is answered exactly once, and how soon a cancelled request's slot is free again, as
the server itself tells (`/slots`). Requests that are cancelled before they are sent have no slot,
and are counted by themselves. Each user has a slot of its own, so that it is known whose
request a slot works on.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from pillion.assist.complete import Completer
from pillion.assist.outcome import Suggestion
from pillion.engine.base import Cancel, Priority
from pillion.engine.http.endpoint import Endpoint, Kind
from pillion.engine.http.engine import HttpEngine, Options
from pillion.eval.figures import Aim, at_least, at_most, spread

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from pillion.assist.outcome import Answer
    from pillion.base.settings import Settings
    from pillion.engine.base import Chunk, ModelInfo, Request
    from pillion.eval.replay import Keystroke

FREE_MS, FREE_SHARE = 200.0, 0.99
"""The aim: so soon the slot of a cancelled request is free, of so many."""

_POLL_SECONDS = 0.02
_GRACE_SECONDS = 30.0
"""For what is still open when the last user has stopped."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How people type."""

    keys_per_second: float = 5.0
    pause: float = 3.0
    """Seconds of looking and thinking at the end of a line, in the mean."""


@dataclass(slots=True)
class Asked:
    """One request at the engine's door."""

    user: int
    background: bool
    started: float
    first_ms: float | None = None
    ends: int = 0
    """How often it was said to have ended; more or less than once is a fault."""
    outcome: str = "open"
    cancelled_at: float | None = None
    sent: bool = True
    """Whether it had got to the server when it ended."""
    task: int | None = None
    """The server's number for it, as seen in its slot."""
    free_ms: float | None = None
    """From the cancel until the slot was seen free, or with another request."""


@dataclass(slots=True)
class Key:
    """One keystroke and what came of it."""

    user: int
    last_of_line: bool
    """A pause follows: the user looks at what comes."""
    first_ms: float | None = None
    outcome: str = "lost"
    answers: int = 0


class Looks(Protocol):
    """Who can tell what the slots do; `peer.Slots` is one."""

    async def read(self) -> dict[int, int]:
        """Return the number of the request that each busy slot works on."""


class SlotWatch:
    """Looks at the server's slots all the time."""

    def __init__(self, slots: Looks) -> None:
        self._slots = slots
        self._open: list[Asked] = []
        self._task: asyncio.Task[None] | None = None
        self.polls = 0

    def start(self) -> None:
        """Begin to look; what was before does not count."""
        self._open.clear()
        self._task = asyncio.create_task(self._run())

    def began(self, asked: Asked) -> None:
        """Follow a request; an older one in its slot is over when this one is seen."""
        self._open.append(asked)

    async def stop(self) -> None:
        """End when all slots were seen free, or after a while."""
        deadline = time.perf_counter() + _GRACE_SECONDS
        while self._open and time.perf_counter() < deadline:  # noqa: ASYNC110 - by looks alone.
            await asyncio.sleep(_POLL_SECONDS)
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    def busy(self) -> bool:
        """Whether there is a request to follow; looking costs the server time, too."""
        return bool(self._open)

    async def look(self) -> None:
        """Look once."""
        sent = time.perf_counter()
        working = await self._slots.read()
        self.polls += 1
        self._judge(sent, time.perf_counter(), working)

    async def _run(self) -> None:
        while True:
            if self.busy:
                await self.look()
            await asyncio.sleep(_POLL_SECONDS)

    def _judge(self, sent: float, received: float, working: dict[int, int]) -> None:
        """Take note of one look; `working` has the number of the request in each busy slot."""
        left = []
        self._open = [asked for asked in self._open if asked.sent]
        newest = {asked.user: asked for asked in self._open}
        for asked in self._open:
            task = working.get(asked.user)
            running = asked.outcome == "open" and asked.cancelled_at is None
            if running and task is not None and newest[asked.user] is asked:
                asked.task = task
            over = asked.cancelled_at is not None and asked.cancelled_at < sent
            if over and (task is None or (asked.task is not None and task != asked.task)):
                asked.free_ms = (received - (asked.cancelled_at or 0)) * 1000
            elif asked.outcome == "open" or asked.cancelled_at is not None:
                left.append(asked)
        self._open = left


class WatchedEngine:
    """An engine of one user that takes note of each request; otherwise the one it stands for."""

    def __init__(self, user: int, engine: HttpEngine, watch: SlotWatch, log: list[Asked]) -> None:
        self._user = user
        self._engine = engine
        self._watch = watch
        self._log = log

    @property
    def info(self) -> ModelInfo | None:
        """The model."""
        return self._engine.info

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        """See `Engine.load`."""
        return await self._engine.load(report)

    async def count(self, texts: Sequence[str]) -> list[int]:
        """See `Engine.count`."""
        return await self._engine.count(texts)

    async def close(self) -> None:
        """See `Engine.close`."""
        await self._engine.close()

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """See `Engine.stream`."""
        background = request.priority is Priority.BACKGROUND
        asked = Asked(self._user, background, time.perf_counter())
        self._log.append(asked)
        self._watch.began(asked)

        def note() -> None:
            if asked.outcome == "open" and asked.cancelled_at is None:
                asked.cancelled_at = time.perf_counter()

        cancel.on_set(note)
        try:
            async for chunk in self._engine.stream(request, cancel):
                if chunk.text and asked.first_ms is None:
                    asked.first_ms = (time.perf_counter() - asked.started) * 1000
                if chunk.finish:
                    asked.ends += 1
                    asked.outcome = chunk.finish.reason.value
                    # What is sent is counted first.
                    asked.sent = chunk.finish.prompt_tokens > 0
                yield chunk
        except Exception as error:
            asked.ends += 1
            asked.outcome = type(error).__name__
            raise
        finally:
            if asked.outcome == "open":
                asked.ends += 1
                asked.outcome = "closed"
                asked.cancelled_at = asked.cancelled_at or time.perf_counter()


class Typist:
    """One user."""

    def __init__(self, number: int, engine: WatchedEngine, settings: Settings, pace: Pace) -> None:
        self._number = number
        self._completer = Completer(engine)
        self._settings = settings
        self._pace = pace
        self._chance = random.Random(number)  # noqa: S311 - not a secret.
        self._waiting: set[asyncio.Task[None]] = set()
        self.keys: list[Key] = []

    async def warm_up(self, keystroke: Keystroke) -> None:
        """Ask once, so that the server has read the place: nobody begins at the same moment."""
        await self._completer.complete(
            keystroke.snapshot, keystroke.offset, self._settings, Cancel()
        )

    async def type(self, keystrokes: Sequence[Keystroke], until: float) -> None:
        """Type the stretch, again and again, until the clock says `until`."""
        await asyncio.sleep(self._chance.uniform(0, self._pace.pause))
        cancel = Cancel()
        while time.perf_counter() < until:
            for keystroke, following in zip(keystrokes, [*keystrokes[1:], None], strict=True):
                if time.perf_counter() >= until:
                    break
                cancel.set()
                cancel = Cancel()
                last = following is None or following.first_of_line
                key = Key(self._number, last)
                self.keys.append(key)
                task = asyncio.create_task(self._ask(key, keystroke, cancel))
                self._waiting.add(task)
                task.add_done_callback(self._waiting.discard)
                mean = self._pace.pause if last else 1 / self._pace.keys_per_second
                await asyncio.sleep(self._chance.lognormvariate(0, 0.5) * mean * 0.88)

    async def end(self) -> None:
        """Wait for what is open."""
        if self._waiting:
            await asyncio.wait(set(self._waiting), timeout=_GRACE_SECONDS)

    async def _ask(self, key: Key, keystroke: Keystroke, cancel: Cancel) -> None:
        # As the language server does: nothing is asked until the next key could have come.
        await asyncio.sleep(self._settings.debounce_ms / 1000)
        if cancel.is_set():
            key.outcome, key.answers = "superseded", key.answers + 1
            return
        answer = await self._completer.complete(
            keystroke.snapshot, keystroke.offset, self._settings, cancel
        )
        key.answers += 1
        key.outcome = _named(answer)
        key.first_ms = answer.trace.stages.get("first_token")


@dataclass(frozen=True, slots=True)
class Load:
    """All that happened."""

    keys: list[Key]
    asked: list[Asked]
    polls: int


async def run(
    address: str,
    stretches: Sequence[Sequence[Keystroke]],
    settings: Settings,
    *,
    slots: Looks,
    seconds: float,
    pace: Pace,
    report: Callable[[float], None],
) -> Load:
    """Let a user type each stretch for so many seconds; `report` gets seconds gone."""
    log: list[Asked] = []
    watch = SlotWatch(slots)
    engines, typists = [], []
    for number, _ in enumerate(stretches):
        endpoint = Endpoint(address, Kind.LLAMA_SERVER, slot=str(number))
        engine = HttpEngine(endpoint, Options(cold_ms=settings.cold_ms))
        engines.append(engine)
        watched = WatchedEngine(number, engine, watch, log)
        typists.append(Typist(number, watched, settings, pace))
    await asyncio.gather(*(engine.load() for engine in engines))
    stretches = [_own(keys, number) for number, keys in enumerate(stretches)]
    for typist, keys in zip(typists, stretches, strict=True):
        await typist.warm_up(keys[0])
    log.clear()
    watch.start()
    began = time.perf_counter()
    ticking = asyncio.create_task(_tick(began, report))
    await asyncio.gather(
        *(
            typist.type(keys, began + seconds)
            for typist, keys in zip(typists, stretches, strict=True)
        )
    )
    await asyncio.gather(*(typist.end() for typist in typists))
    ticking.cancel()
    await watch.stop()
    for engine in engines:
        await engine.close()
    with suppress(asyncio.CancelledError):
        await ticking
    return Load([key for typist in typists for key in typist.keys], log, watch.polls)


def summary(load: Load) -> dict[str, object]:
    """Return the figures."""
    seen = [key.first_ms for key in load.keys if key.first_ms is not None]
    looked = [key for key in load.keys if key.last_of_line]
    cancelled = _cancelled(load)
    free = [one.free_ms for one in cancelled if one.free_ms is not None]
    return {
        "keystrokes": len(load.keys),
        "outcomes": dict(Counter(key.outcome for key in load.keys).most_common()),
        "first_token_ms": spread(seen),
        "first_token_before_a_pause_ms": spread(
            [key.first_ms for key in looked if key.first_ms is not None]
        ),
        "pauses": len(looked),
        "pauses_with_a_suggestion": sum(key.outcome == "suggestion" for key in looked),
        "requests": len(load.asked),
        "requests_by_end": dict(Counter(one.outcome for one in load.asked).most_common()),
        "cancelled": len(cancelled),
        "cancelled_before_sent": sum(not one.sent for one in load.asked),
        "slot_free_ms": spread(free),
        "slot_free_in_time": _in_time(load),
        "never_seen_free": len(cancelled) - len(free),
        "lost": _lost(load),
        "doubled": _doubled(load),
        "looks_at_slots": load.polls,
    }


def aims(load: Load) -> dict[str, Aim]:
    """Return what is asked of a server and its client."""
    return {
        f"slot free within {FREE_MS:.0f} ms": at_least(_in_time(load), FREE_SHARE),
        "lost answers": at_most(_lost(load), 0),
        "doubled answers": at_most(_doubled(load), 0),
    }


def _cancelled(load: Load) -> list[Asked]:
    """Return the requests that a server had when they were cancelled."""
    return [one for one in load.asked if one.cancelled_at is not None and one.sent]


def _in_time(load: Load) -> float:
    cancelled = _cancelled(load)
    in_time = sum(one.free_ms is not None and one.free_ms <= FREE_MS for one in cancelled)
    return in_time / len(cancelled) if cancelled else float("nan")


def _lost(load: Load) -> int:
    """Count keystrokes without an answer, and requests of which nobody said that they ended."""
    return sum(key.answers == 0 for key in load.keys) + sum(one.ends == 0 for one in load.asked)


def _doubled(load: Load) -> int:
    return sum(key.answers > 1 for key in load.keys) + sum(one.ends > 1 for one in load.asked)


def _named(answer: Answer) -> str:
    outcome = answer.outcome
    return "suggestion" if isinstance(outcome, Suggestion) else outcome.reason.value


def _own(keystrokes: Sequence[Keystroke], number: int) -> list[Keystroke]:
    """Return the keystrokes in a document of the user's own."""
    return [
        replace(one, snapshot=replace(one.snapshot, uri=f"{one.snapshot.uri}#{number}"))
        for one in keystrokes
    ]


async def _tick(began: float, report: Callable[[float], None]) -> None:
    while True:
        await asyncio.sleep(0.5)
        report(time.perf_counter() - began)
