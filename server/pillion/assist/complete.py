"""Inline completion, from the cursor to a suggestion or a reason for none.

The walk, top to bottom: site, window, prompt, engine, post-processing. Every stage takes the value
before it and returns its own.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pillion.assist.outcome import Answer, Suggestion
from pillion.base.errors import ModelNotFoundError, PillionError
from pillion.base.outcome import Nothing, Reason
from pillion.base.trace import Trace
from pillion.context.window import Budget, cut
from pillion.engine.base import Cancel, FinishReason, Request, Sampling
from pillion.post.pipeline import Stopper, finish
from pillion.post.shape import multiline_here
from pillion.prompt.fim import layout
from pillion.syntax.locate import locate

if TYPE_CHECKING:
    from pillion.base.settings import Settings
    from pillion.context.window import Window
    from pillion.engine.base import Engine, Finish
    from pillion.syntax.site import Site
    from pillion.text.snapshot import Snapshot

CHARS_PER_TOKEN = 3.0
"""Source text per token, on the safe side: the default model's tokenizer needs one token for 3.2
to 4.1 characters of Python, TypeScript, Go, Rust and C. The engine cuts what still is too long."""

TYPED_LINES = 8
"""Line breaks that the typed part may span before the window moves on. A new line then costs two
or three tokens instead of the whole suffix, and is no less right (docs/performance.md)."""


class Completer:
    """Completes documents with one engine; remembers the window of each document."""

    def __init__(self, engine: Engine, sampling: Sampling | None = None) -> None:
        self._engine = engine
        self._sampling = sampling or Sampling()
        self._windows: dict[str, Window] = {}
        self._running: dict[str, Cancel] = {}

    async def complete(
        self, snapshot: Snapshot, offset: int, settings: Settings, cancel: Cancel
    ) -> Answer:
        """Suggest what to insert at the code-point `offset`.

        Newest wins: a call for a document ends an earlier one that still runs for the same
        document, which then answers `Reason.SUPERSEDED`. Never raises for a failing engine.
        Cancelling the coroutine stops the engine, too.
        """
        trace = Trace()
        if earlier := self._running.get(snapshot.uri):
            earlier.set()
        superseded = self._running[snapshot.uri] = Cancel()
        stop = Cancel()
        cancel.on_set(stop.set)
        superseded.on_set(stop.set)
        started = time.perf_counter()
        try:
            answer = await self._walk(snapshot, offset, settings, stop, trace)
        except ModelNotFoundError as error:
            answer = Answer(Nothing(Reason.NO_MODEL, str(error)), trace=trace)
        except PillionError as error:
            answer = Answer(Nothing(Reason.ENGINE_FAILED, str(error)), trace=trace)
        finally:
            stop.set()
            if self._running.get(snapshot.uri) is superseded:
                del self._running[snapshot.uri]
        trace.add("total", (time.perf_counter() - started) * 1000)
        if cancel.is_set() or superseded.is_set():
            reason = Reason.CANCELLED if cancel.is_set() else Reason.SUPERSEDED
            return Answer(Nothing(reason), answer.model, answer.finish, trace)
        return answer

    def forget(self, uri: str) -> None:
        """Drop what is remembered of a closed document."""
        self._windows.pop(uri, None)

    async def _walk(
        self, snapshot: Snapshot, offset: int, settings: Settings, stop: Cancel, trace: Trace
    ) -> Answer:
        with trace.stage("load"):
            info = await self._engine.load()
        with trace.stage("site"):
            site = locate(snapshot, offset)
            multiline = settings.lines == "auto" and multiline_here(site)
        with trace.stage("window"):
            window = cut(site, _budget(settings), self._windows.get(snapshot.uri))
            self._windows[snapshot.uri] = window
        with trace.stage("prompt"):
            prompt = layout(window, info.specials)
            for note in (info.note, prompt.note):
                if note:
                    trace.note(note)
        request = Request(prompt, settings.max_tokens, self._sampling)
        text, done, complete = await self._generate(request, site, multiline, stop, trace)
        if done is None or (done.reason is FinishReason.CANCELLED and not complete):
            return Answer(Nothing(Reason.CANCELLED), info.name, done, trace)
        with trace.stage("post"):
            draft = finish(text, site, multiline=multiline, complete=complete)
        if isinstance(draft, Nothing):
            return Answer(draft, info.name, done, trace)
        suggestion = Suggestion(draft.text, site.offset, site.offset + draft.swallow)
        return Answer(suggestion, info.name, done, trace)

    async def _generate(
        self, request: Request, site: Site, multiline: bool, stop: Cancel, trace: Trace
    ) -> tuple[str, Finish | None, bool]:
        """Return the text, what it cost, and whether it came to an end of its own."""
        stopper = Stopper(site, multiline=multiline)
        enough = Cancel()
        stop.on_set(enough.set)
        text, kept, done = "", None, None
        started = time.perf_counter()
        async for chunk in self._engine.stream(request, enough):
            if chunk.text and kept is None:
                if not text:
                    trace.add("first_token", (time.perf_counter() - started) * 1000)
                text += chunk.text
                kept = stopper.feed(text)
                if kept is not None:
                    enough.set()
            done = chunk.finish
        if done:
            trace.add("prefill", done.prefill_ms)
            trace.add("decode", done.decode_ms)
        if kept is not None:
            return text[:kept], done, True
        return text, done, done is not None and done.reason is FinishReason.STOP


def _budget(settings: Settings) -> Budget:
    return Budget(
        before=int(settings.context_before * CHARS_PER_TOKEN),
        after=int(settings.context_after * CHARS_PER_TOKEN),
        typed_lines=TYPED_LINES,
    )
