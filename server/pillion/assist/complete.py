"""Inline completion, from the cursor to a suggestion or a reason for none.

The walk, top to bottom: cache, site, window, prompt, engine, post-processing. Every stage takes the
value before it and returns its own. Between requests, while the user is idle, the model reads on:
first the full window of the place, then the suggestion for the line after the one on screen.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.assist.cache import Cache
from pillion.assist.candidates import HEAT, TRIES, Candidates
from pillion.assist.contract import Meter, plan
from pillion.assist.outcome import Answer, Suggestion
from pillion.assist.output import CANCELLED, Output
from pillion.assist.reading import Reading
from pillion.assist.surroundings import bundle_for
from pillion.base.errors import ModelNotFoundError, PillionError
from pillion.base.outcome import Nothing, Reason
from pillion.base.trace import Trace
from pillion.context.editor import NO_EDITOR
from pillion.context.gather import SECONDS
from pillion.context.known import Document, unknown
from pillion.context.redact import redact_window
from pillion.engine.base import Cancel, Finish, FinishReason, Priority, Request, Sampling
from pillion.post.shape import multiline_here, solid_here
from pillion.post.silence import silence
from pillion.prompt.fim import layout
from pillion.syntax.locate import locate
from pillion.text.edits import Edit
from pillion.text.lines import eol_of, indent_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.contract import Plan
    from pillion.assist.reading import Choice
    from pillion.assist.surroundings import Workspaces
    from pillion.base.settings import Settings
    from pillion.context.editor import EditorState
    from pillion.engine.base import Engine, ModelInfo
    from pillion.post.outcome import Draft
    from pillion.syntax.site import Site
    from pillion.text.snapshot import Snapshot

IDLE_SECONDS = 0.25
"""Quiet after an answer before the model reads on; fast typists pause less between keys."""


LEAST_CONFIDENCE = {"eager": 0.0, "balanced": 0.6, "careful": 0.8}
"""Mean probability of a suggestion's tokens below which it is not shown unless it is asked for."""


class Completer:
    """Completes documents with one engine; remembers what the model has read of each."""

    def __init__(
        self,
        engine: Engine,
        sampling: Sampling | None = None,
        cache: Cache | None = None,
        workspaces: Workspaces | None = None,
    ) -> None:
        """Without `workspaces` the model sees nothing but the document."""
        self._engine = engine
        self._workspaces = workspaces
        self._sampling = sampling or Sampling()
        self._readings: dict[str, Reading] = {}
        self._running: dict[str, Cancel] = {}
        self._ahead: dict[str, tuple[Cancel, asyncio.Task[None]]] = {}
        self._cache = cache or Cache()
        self._editors: dict[str, EditorState] = {}
        self.meter = Meter()
        self.patience = SECONDS
        """Seconds for gathering code from elsewhere."""

    async def complete(
        self,
        snapshot: Snapshot,
        offset: int,
        settings: Settings,
        cancel: Cancel,
        editor: EditorState = NO_EDITOR,
        *,
        asked: bool = False,
    ) -> Answer:
        """Suggest what to insert at the code-point `offset`.

        Where the user `asked`, there are several to choose from, however unsure the model is.
        Newest wins: a call for a document ends an earlier one that still runs for the same
        document, which then answers `Reason.SUPERSEDED`. Never raises for a failing engine.
        Cancelling the coroutine stops the engine, too.
        """
        self._editors[snapshot.uri] = editor
        trace = Trace()
        if not asked and settings.eagerness == "off":
            return Answer(Nothing(Reason.NOT_ASKED), trace=trace)
        self._stop_ahead(snapshot.uri)
        if earlier := self._running.get(snapshot.uri):
            earlier.set()
        superseded = self._running[snapshot.uri] = Cancel()
        stop = Cancel()
        cancel.on_set(stop.set)
        superseded.on_set(stop.set)
        started = time.perf_counter()
        try:
            answer = await self._answer(snapshot, offset, settings, stop, trace, asked=asked)
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
            return replace(answer, outcome=Nothing(reason))
        if not isinstance(answer.outcome, Nothing) or answer.finish:
            self._read_ahead(snapshot, offset, settings, answer)
        return answer

    def forget(self, uri: str) -> None:
        """Drop what is remembered of a closed document."""
        self._stop_ahead(uri)
        self._readings.pop(uri, None)
        self._editors.pop(uri, None)
        self._cache.forget(uri)

    async def settle(self) -> None:
        """Wait until the model has read ahead in all documents."""
        while tasks := [task for _, task in self._ahead.values() if not task.done()]:
            await asyncio.wait(tasks)

    async def _answer(
        self,
        snapshot: Snapshot,
        offset: int,
        settings: Settings,
        stop: Cancel,
        trace: Trace,
        *,
        asked: bool,
    ) -> Answer:
        with trace.stage("cache"):
            known = self._cache.find(snapshot, offset)
        if known and not asked:
            name = self._engine.info.name if self._engine.info else ""
            return Answer(known, name, Finish(FinishReason.STOP), trace=trace)
        with trace.stage("load"):
            info = await self._engine.load()
        with trace.stage("site"):
            site = locate(snapshot, offset)
        return await self._walk(site, settings, info, stop, trace, asked=asked)

    async def _walk(
        self,
        site: Site,
        settings: Settings,
        info: ModelInfo,
        stop: Cancel,
        trace: Trace,
        *,
        priority: Priority = Priority.COMPLETION,
        asked: bool = False,
    ) -> Answer:
        if quiet := silence(site, settings, asked=asked):
            return Answer(quiet, info.name, trace=trace)
        allowed = self._plan(settings)
        multiline = allowed.blocks and multiline_here(site)
        with trace.stage("context"):
            await self._surround(site, allowed)
        with trace.stage("window"):
            choice = self._reading(site.snapshot.uri).choose(site, allowed)
        with trace.stage("prompt"):
            window = redact_window(choice.window, site.snapshot)
            prompt = layout(window, info.specials, choice.head, solid=solid_here(site))
            for note in (info.note, prompt.note):
                if note:
                    trace.note(note)
        request = Request(prompt, allowed.max_tokens, self._sampling, choice.session, priority)
        if asked:
            warm = replace(self._sampling, temperature=HEAT)
            request = replace(request, sampling=warm, samples=1 + TRIES)
        outputs = [Output(site, multiline) for _ in range(request.samples)]
        found = Candidates(site)
        draft, done = await self._generate(request, outputs, found, stop, trace)
        answer = Answer(CANCELLED, info.name, done, allowed, trace, choice.snippets)
        if draft == CANCELLED:
            return answer
        if not isinstance(draft, Nothing):
            answer = replace(answer, unknown=await self._unknown(site, draft, trace))
        if not asked:
            draft = _sure_enough(draft, answer, settings)
        if isinstance(draft, Nothing) and not (asked and found.drafts):
            return replace(answer, outcome=draft)
        first, *others = (
            Suggestion(one.text, site.offset, site.offset + one.swallow) for one in found.drafts
        )
        self._cache.keep(site.snapshot, first)
        return replace(answer, outcome=first, others=tuple(others))

    async def _unknown(self, site: Site, draft: Draft, trace: Trace) -> tuple[str, ...]:
        """Return the names in a draft that exist nowhere, as far as the workspace is known."""
        place = self._workspaces.find(site.snapshot.uri) if self._workspaces else None
        if place is None or not place.index.ready:
            return ()
        document = Document(place.path, site.snapshot.text, site.language)
        text = site.before + draft.text + site.after[draft.swallow :]
        end = site.offset + len(draft.text)
        with trace.stage("names"):
            return await asyncio.to_thread(unknown, document, text, site.offset, end, place.index)

    async def _generate(
        self,
        request: Request,
        outputs: Sequence[Output],
        found: Candidates,
        stop: Cancel,
        trace: Trace,
    ) -> tuple[Draft | Nothing, Finish | None]:
        """Return what is left of the likeliest output, and what it cost; `found` takes all.

        In their order, whichever is there first, so that it makes no difference whether the engine
        writes them side by side. It stops when none of those still written can be shown.
        """
        drafts: list[Draft | Nothing] = []
        enough = Cancel()
        stop.on_set(enough.set)
        started, first = time.perf_counter(), False
        async for chunk in self._engine.stream(request, enough):
            if chunk.text and not first:
                first = True
                trace.add("first_token", (time.perf_counter() - started) * 1000)
            outputs[chunk.sample].take(chunk)
            if all(output.ended for output in outputs):
                enough.set()
            while not found.enough and len(drafts) < len(outputs):
                if not outputs[len(drafts)].ended:
                    break
                with trace.stage("post"):
                    drafts.append(outputs[len(drafts)].draft())
                found.add(drafts[-1])
            if found.enough:
                enough.set()
        done = outputs[0].finish
        if done:
            trace.add("prefill", done.prefill_ms)
            trace.add("decode", done.decode_ms)
            if request.samples == 1:
                self.meter.learn(done, request.prompt.characters)
        return drafts[0] if drafts else CANCELLED, done

    def _plan(self, settings: Settings) -> Plan:
        return plan(self.meter.speed, settings, elsewhere=self._workspaces is not None)

    async def _surround(self, site: Site, allowed: Plan) -> None:
        """Put other code in front of the window at once, where the model reads it in no time."""
        if allowed.prompt_tokens <= allowed.quick_tokens:
            choice = await self._gathered(site, allowed)
            self._reading(site.snapshot.uri).has_read(choice)

    async def _gathered(self, site: Site, allowed: Plan) -> Choice:
        """Return the full window behind the code from elsewhere that suits the place."""
        reading = self._reading(site.snapshot.uri)
        bundle = reading.bundle
        if self._workspaces and (bundle is None or not bundle.suits(site)):
            window = reading.whole(site, allowed, bundle).window
            editor = self._editors.get(site.snapshot.uri, NO_EDITOR)
            bundle = await bundle_for(
                site,
                window,
                allowed,
                self._workspaces,
                self._engine,
                editor=editor,
                seconds=self.patience,
            )
        return reading.whole(site, allowed, bundle)

    def _reading(self, uri: str) -> Reading:
        return self._readings.setdefault(uri, Reading(uri))

    def _read_ahead(
        self, snapshot: Snapshot, offset: int, settings: Settings, answer: Answer
    ) -> None:
        """Read on while the user is idle; the next request for the document ends it."""
        cancel = Cancel()
        task = asyncio.create_task(self._idle(snapshot, offset, settings, answer, cancel))
        self._ahead[snapshot.uri] = (cancel, task)

    def _stop_ahead(self, uri: str) -> None:
        if ahead := self._ahead.pop(uri, None):
            ahead[0].set()
            ahead[1].cancel()

    async def _idle(
        self, snapshot: Snapshot, offset: int, settings: Settings, answer: Answer, cancel: Cancel
    ) -> None:
        await asyncio.sleep(IDLE_SECONDS)
        try:
            info = await self._engine.load()
            allowed = self._plan(settings)
            await self._warm(locate(snapshot, offset), allowed, info, cancel)
            if isinstance(answer.outcome, Suggestion) and settings.eagerness != "off":
                await self._prefetch(snapshot, answer.outcome, settings, info, cancel)
        except PillionError:
            return  # The next request meets the same fault, and says so.

    async def _warm(self, site: Site, allowed: Plan, info: ModelInfo, cancel: Cancel) -> None:
        """Read the full window of the place and code from elsewhere, if the model has not."""
        choice = await self._gathered(site, allowed)
        prompt = layout(redact_window(choice.window, site.snapshot), info.specials, choice.head)
        request = Request(prompt, 1, self._sampling, choice.session, Priority.BACKGROUND)
        async for chunk in self._engine.stream(request, cancel):
            if chunk.finish and chunk.finish.reason is not FinishReason.CANCELLED:
                self._reading(site.snapshot.uri).has_read(choice)

    async def _prefetch(
        self,
        snapshot: Snapshot,
        shown: Suggestion,
        settings: Settings,
        info: ModelInfo,
        cancel: Cancel,
    ) -> None:
        """Prepare the suggestion for the next line, in case the one on screen is accepted."""
        text = Edit(shown.start, shown.end, shown.text).apply(snapshot.text)
        end = shown.start + len(shown.text)
        line = replace(snapshot, text=text[:end])
        last = line.line(len(line.lines) - 1)
        if text[end:].split("\n", 1)[0].strip() or last.rstrip().endswith((":", "{", "(", "[")):
            return  # No new line is begun here, or its indentation is the editor's choice.
        new_line = eol_of(text) + indent_of(last)
        ahead = replace(snapshot, text=Edit(end, end, new_line).apply(text))
        site = locate(ahead, end + len(new_line))
        await self._walk(site, settings, info, cancel, Trace(), priority=Priority.BACKGROUND)


def _sure_enough(draft: Draft | Nothing, answer: Answer, settings: Settings) -> Draft | Nothing:
    """Return the draft if it is as sure as the settings want."""
    if isinstance(draft, Nothing) or answer.confidence >= LEAST_CONFIDENCE[settings.eagerness]:
        return draft
    made_up = f" Names that exist nowhere: {len(answer.unknown)}." if answer.unknown else ""
    detail = f"Confidence: {answer.confidence:.0%}.{made_up}"
    return Nothing(Reason.LOW_CONFIDENCE, detail)
