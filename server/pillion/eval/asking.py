"""Three ways to answer at a cursor: what the model writes, its first line, what Pillion shows.

`raw` is what a client without post-processing inserts: the usual prompt, the typed text at the end
of its prefix, and all that the model writes until it stops or the limit is reached. `line` is the
first line of that, which is all that some clients keep. `shown` is the whole walk.
All see the same window, and none depends on how fast this machine happens to be.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.assist.complete import Completer
from pillion.assist.contract import Meter, Speed, plan
from pillion.assist.outcome import Suggestion
from pillion.base.outcome import Nothing
from pillion.context.window import cut
from pillion.engine.base import Cancel, Request
from pillion.eval.layouts import usual
from pillion.syntax.locate import locate
from pillion.text.edits import Edit
from pillion.text.lines import indent_of
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.base.settings import Settings
    from pillion.engine.base import Engine, Finish

WAYS = ("raw", "line", "shown")

SPEED = Speed(read=1000.0, write=40.0)
"""Tokens per second that the latency contract is told, so that every machine, busy or not, reads
and writes as much: the whole window, and `completion.maxTokens`."""


MOST_TABS = 12
"""Suggestions accepted one after the other; a function that needs more is not going to end."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer at a cursor."""

    text: str
    replaced: int = 0
    """Characters right of the cursor that the text takes the place of."""
    reason: str = ""
    """Why there is nothing; empty where there is something."""
    prompt_tokens: int = 0
    generated_tokens: int = 0
    first_ms: float = 0.0
    total_ms: float = 0.0
    confidence: float | None = None
    """Mean probability of the tokens; None where the model wrote none."""

    def then(self, text: str, said: Said) -> Said:
        """Return this with another answer behind it, and the costs of both."""
        return Said(
            self.text + text,
            0,
            "",
            said.prompt_tokens,
            self.generated_tokens + said.generated_tokens,
            self.first_ms or said.first_ms,
            self.total_ms + said.total_ms,
            said.confidence,
        )

    def insert(self, snapshot: Snapshot, offset: int) -> str:
        """Return the document with the answer in it."""
        return Edit(offset, offset + self.replaced, self.text).apply(snapshot.text)


class Steady(Meter):
    """A speed that stays as it is."""

    def learn(self, finish: Finish, characters: int = 0) -> None:
        """Learn nothing."""


class Asker:
    """One engine, asked both ways."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        # Nobody waits at a cursor here: the model may read the whole window at once.
        self._settings = replace(settings, cold_ms=60_000)
        self._completer = Completer(engine)
        self._completer.meter = Steady(SPEED)

    async def ask(
        self, snapshot: Snapshot, offset: int, ways: Sequence[str] = WAYS
    ) -> dict[str, Said]:
        """Answer at the code-point `offset` in these ways."""
        said = {}
        if "raw" in ways or "line" in ways:
            raw = await self.raw(snapshot, offset)
            said = {"raw": raw, "line": replace(raw, text=first_line(raw.text))}
        if "shown" in ways:
            said["shown"] = await self.shown(snapshot, offset)
        return {way: answer for way, answer in said.items() if way in ways}

    async def write(self, snapshot: Snapshot, offset: int, most: int) -> dict[str, Said]:
        """Write on from `offset`: raw up to `most` tokens, and by accepting what is shown."""
        return {
            "raw": await self.raw(snapshot, offset, most),
            "tab": await self.tab(snapshot, offset),
        }

    async def tab(self, snapshot: Snapshot, offset: int) -> Said:
        """Return what comes of accepting every suggestion and beginning a new line behind it."""
        whole, text, break_ = Said(""), snapshot.text, ""
        for turn in range(MOST_TABS):
            document = Snapshot(snapshot.uri, text, turn, snapshot.language)
            at = offset + len(whole.text) + len(break_)
            said = await self.shown(document, at)
            if said.reason:
                whole = replace(whole, reason=whole.reason or (said.reason if not turn else ""))
                break
            whole = whole.then(break_ + said.text, said)
            before = snapshot.text[:offset] + whole.text
            line = before.rpartition("\n")[2]
            deeper = "    " if line.rstrip().endswith((":", "(", "[", "{")) else ""
            break_ = "\n" + indent_of(line) + deeper
            text = before + break_ + snapshot.text[offset:]
        return whole

    async def raw(self, snapshot: Snapshot, offset: int, most: int | None = None) -> Said:
        """Return all that the model writes."""
        allowed = plan(SPEED, self._settings)
        window = cut(locate(snapshot, offset), allowed.full, None)
        # A session of its own: what the other way has read is laid out differently.
        request = Request(usual(window), most or allowed.max_tokens, session=f"{snapshot.uri}#raw")
        started, first, text = time.perf_counter(), 0.0, ""
        async for chunk in self._engine.stream(request, Cancel()):
            if chunk.text and not text:
                first = _since(started)
            text += chunk.text
            if chunk.finish:
                done = chunk.finish
        costs = (done.prompt_tokens, done.generated_tokens, first, _since(started))
        return Said(text, 0, "", *costs, done.confidence)

    async def shown(self, snapshot: Snapshot, offset: int) -> Said:
        """Return what Pillion shows."""
        answer = await self._completer.complete(snapshot, offset, self._settings, Cancel())
        # Reading ahead would slow down what is asked next.
        self._completer.forget(snapshot.uri)
        done, stages = answer.finish, answer.trace.stages
        costs = (
            done.prompt_tokens if done else 0,
            done.generated_tokens if done else 0,
            stages.get("first_token", 0.0),
            stages.get("total", 0.0),
            done.confidence if done and done.generated_tokens else None,
        )
        outcome = answer.outcome
        if isinstance(outcome, Nothing):
            return Said("", 0, outcome.reason.value, *costs)
        assert isinstance(outcome, Suggestion)  # noqa: S101 - there are these two.
        return Said(outcome.text, outcome.end - offset, "", *costs)


def first_line(text: str) -> str:
    """Return the first line that is not blank, with the indentation it has."""
    return text[: len(text) - len(text.lstrip())].rpartition("\n")[2] + (
        text.lstrip().partition("\n")[0].rstrip()
    )


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
