"""Typing compared: what each keystroke costs with Pillion, and with a peer on the same cursors.

Both are asked at the same cursors of the same stretches of files (`pillion.eval.replay`), with the
same model file and number of threads, line by line in turn, so that the machine's other load hits
both alike. Every run begins with new engines: the first keystroke of a file is cold.

What is timed, for both, from the moment the question is put:

- first token: until the first text that is not blank arrives from the model, or its end;
- first line: until the line that holds it is complete, or the end, post-processing included;
- answer: until the whole suggestion is there.

Pillion is asked through `Completer`, from the snapshot to the finished suggestion. Between lines it
has time to read ahead, as it has when a user looks up. Neither side answers out of a cache of
suggestions (llama.vim has one, too): the figures are those of keystrokes that reach the model.
"""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

from pillion.assist.cache import Cache
from pillion.assist.complete import Completer
from pillion.assist.outcome import Suggestion
from pillion.base.errors import EngineError
from pillion.base.outcome import Nothing, Reason
from pillion.engine.base import Cancel, Priority
from pillion.eval.figures import Aim, at_least, at_most, mean, median, ratio, spread
from pillion.eval.metrics import kept_prefix
from pillion.eval.replay import by_line
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

    from pillion.base.settings import Settings
    from pillion.context.index.workspace import Workspace
    from pillion.engine.base import Chunk, Engine, ModelInfo, Request
    from pillion.eval.replay import Keystroke

OURS = "pillion"


@dataclass(frozen=True, slots=True)
class Typed:
    """What one side answered at one cursor, and when, in milliseconds (see the module)."""

    text: str
    first_token_ms: float
    first_line_ms: float
    answer_ms: float
    evaluated: int
    prompt: int


@dataclass(frozen=True, slots=True)
class Row:
    """One keystroke asked of one side."""

    run: int
    who: str
    file: str
    line: int
    column: int
    cold: bool
    first_token_ms: float
    first_line_ms: float
    answer_ms: float
    evaluated: int
    prompt: int
    kept: float


class Typist(Protocol):
    """Somebody who can be asked for a suggestion at each keystroke."""

    name: str

    async def ask(self, snapshot: Snapshot, offset: int) -> Typed:
        """Return the suggestion at the cursor."""

    async def settle(self) -> None:
        """Finish what is done while the user is idle; nothing runs afterwards."""

    async def close(self) -> None:
        """Free everything."""


class Watch:
    """The times of one stream of text: first token and first line, in milliseconds."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._text = ""
        self.first_token: float | None = None
        self.first_line: float | None = None
        self.end: float | None = None

    def now(self) -> float:
        """Return the milliseconds since the start."""
        return (time.perf_counter() - self._started) * 1000

    def feed(self, text: str) -> None:
        """Take note of a piece of text that just arrived."""
        self._text += text
        if self.first_token is None and self._text.strip():
            self.first_token = self.now()
        if self.first_line is None and "\n" in self._text.lstrip():
            self.first_line = self.now()

    def finish(self) -> None:
        """Take note that no more text comes; what has not come is as late as this."""
        self.end = self.now() if self.end is None else self.end
        self.first_token = self.end if self.first_token is None else self.first_token
        self.first_line = self.end if self.first_line is None else self.first_line


class TimedEngine:
    """An engine that looks at the watch for every chunk of a completion."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.watch = Watch()

    @property
    def info(self) -> ModelInfo | None:
        """The model of the engine behind."""
        return self._engine.info

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        """Load the engine behind."""
        return await self._engine.load(report)

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """Stream from the engine behind; only completions are timed, not reading ahead."""
        watch = self.watch if request.priority is Priority.COMPLETION else Watch()
        async with aclosing(self._engine.stream(request, cancel)) as chunks:
            async for chunk in chunks:
                if chunk.text:
                    watch.feed(chunk.text)
                if chunk.finish:
                    watch.finish()
                yield chunk

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Count tokens with the engine behind."""
        return await self._engine.count(texts)

    async def close(self) -> None:
        """Close the engine behind."""
        await self._engine.close()


class Pillion:
    """Pillion as a `Typist`: the whole walk, without the cache of suggestions."""

    name = OURS

    def __init__(
        self, engine: Engine, settings: Settings, workspace: Workspace | None = None
    ) -> None:
        """With a `workspace` the model sees code from elsewhere in it, as it does in an editor."""
        self._engine = TimedEngine(engine)
        self._workspace = workspace
        self._completer = Completer(self._engine, cache=NoCache(), workspaces=workspace)
        self._settings = settings
        self._typed: Snapshot | None = None

    async def ask(self, snapshot: Snapshot, offset: int) -> Typed:
        """Complete; raises `EngineError` if the engine failed."""
        if self._typed is None or self._typed.uri != snapshot.uri:
            self._index(snapshot)
        self._typed = snapshot
        watch = self._engine.watch = Watch()
        answer = await self._completer.complete(snapshot, offset, self._settings, Cancel())
        done = watch.now()
        if isinstance(answer.outcome, Nothing) and answer.outcome.reason in _FAILURES:
            raise EngineError(str(answer.outcome))
        watch.finish()
        after = done - (watch.end or done)
        return Typed(
            answer.outcome.text if isinstance(answer.outcome, Suggestion) else "",
            watch.first_token or done,
            (watch.first_line or done) + after,
            done,
            answer.finish.evaluated_tokens if answer.finish else 0,
            answer.finish.prompt_tokens if answer.finish else 0,
        )

    async def settle(self) -> None:
        """Read ahead to the end; the index takes the document as it is, as it does in a pause."""
        if self._typed:
            self._index(self._typed)
        await self._completer.settle()

    async def close(self) -> None:
        """Close the engine."""
        await self._engine.close()

    def _index(self, snapshot: Snapshot) -> None:
        if self._workspace and (place := self._workspace.find(snapshot.uri)):
            place.index.update(place.path, snapshot.text)


async def wake(typists: Sequence[Typist]) -> None:
    """Ask each once at a place of no meaning: the very first call of a library is slow."""
    snapshot = Snapshot("pillion:wake", "def add(a, b):\n    return a\n\n", language="python")
    for typist in typists:
        await typist.ask(snapshot, len(snapshot.text) - 2)
        await typist.settle()


async def replay(
    run: int, number: int, keystrokes: Sequence[Keystroke], typists: Sequence[Typist]
) -> AsyncIterator[Row]:
    """Type the stretch of file `number` with every typist, line by line in turn."""
    for index, line in enumerate(by_line(keystrokes)):
        turn = (run + number + index) % len(typists)
        for typist in [*typists[turn:], *typists[:turn]]:
            for key in line:
                typed = await typist.ask(key.snapshot, key.offset)
                yield row(run, typist.name, key, typed)
            await typist.settle()


def row(run: int, who: str, key: Keystroke, typed: Typed) -> Row:
    """Return what is reported of one keystroke."""
    return Row(
        run,
        who,
        key.file,
        key.line,
        key.column,
        key.first_of_file,
        typed.first_token_ms,
        typed.first_line_ms,
        typed.answer_ms,
        typed.evaluated,
        typed.prompt,
        kept_prefix(key.truth, typed.text.split("\n")[0]),
    )


def summary(rows: Sequence[Row]) -> dict[str, object]:
    """Return the figures of each side; times of warm keystrokes and of cold ones apart."""
    return {who: _side([row for row in rows if row.who == who]) for who in _names(rows)}


def aims(rows: Sequence[Row], peer: str) -> dict[str, Aim]:
    """Return the ratios of ours to the peer's, with their bounds."""
    ours = _Side([row for row in rows if row.who == OURS])
    theirs = _Side([row for row in rows if row.who == peer])
    warm, other = spread(ours.first_token), spread(theirs.first_token)
    return {
        "first_token_median_ratio": at_most(ratio(warm["median"], other["median"]), 0.05),
        "first_token_p95_ratio": at_most(ratio(warm["p95"], other["p95"]), 0.15),
        "cold_suggestion_ratio": at_most(ratio(median(ours.cold), median(theirs.cold)), 0.35),
        "first_line_median_ratio": at_most(
            ratio(median(ours.first_line), median(theirs.first_line)), 0.4
        ),
        "kept_prefix": at_least(mean(ours.kept), mean(theirs.kept)),
    }


def by_run(rows: Sequence[Row], peer: str) -> list[dict[str, float]]:
    """Return the ratios of each run by itself."""
    runs = sorted({row.run for row in rows})
    return [
        {name: aim.value for name, aim in aims([r for r in rows if r.run == run], peer).items()}
        for run in runs
    ]


def complete_runs(rows: Sequence[Row], wanted: dict[str, int], sides: int) -> set[tuple[int, str]]:
    """Return run and file of what was measured to its end; `wanted` is keystrokes per file."""
    counts: dict[tuple[int, str], int] = {}
    for item in rows:
        counts[item.run, item.file] = counts.get((item.run, item.file), 0) + 1
    return {place for place, n in counts.items() if n == wanted.get(place[1], -1) * sides}


def to_json(found: dict[str, Aim]) -> dict[str, dict[str, object]]:
    """Return aims as plain values."""
    return {name: asdict(aim) for name, aim in found.items()}


class _Side:
    """The figures of one side; the cold first keystroke of each file stands apart."""

    def __init__(self, rows: Sequence[Row]) -> None:
        warm = [row for row in rows if not row.cold]
        self.first_token = [row.first_token_ms for row in warm]
        self.first_line = [row.first_line_ms for row in warm]
        self.answer = [row.answer_ms for row in warm]
        self.evaluated = [row.evaluated for row in warm]
        self.cold = [row.first_line_ms for row in rows if row.cold]
        self.cold_token = [row.first_token_ms for row in rows if row.cold]
        self.kept = [row.kept for row in rows]


def _side(rows: Sequence[Row]) -> dict[str, object]:
    side = _Side(rows)
    return {
        "keystrokes": len(rows),
        "files": len({row.file for row in rows}),
        "first_token_ms": spread(side.first_token),
        "first_line_ms": spread(side.first_line),
        "answer_ms": spread(side.answer),
        "evaluated_tokens": spread(side.evaluated),
        "prompt_tokens": spread([row.prompt for row in rows]),
        "cold_first_token_ms": spread(side.cold_token),
        "cold_suggestion_ms": spread(side.cold),
        "kept_prefix": mean(side.kept),
    }


def _names(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row.who for row in rows))


_FAILURES = {Reason.NO_MODEL, Reason.ENGINE_FAILED, Reason.MODEL_LOADING}


class NoCache(Cache):
    """Lets the model be asked at every keystroke."""

    def find(self, snapshot: Snapshot, offset: int) -> Suggestion | None:  # noqa: ARG002
        """Find nothing."""
        return None
