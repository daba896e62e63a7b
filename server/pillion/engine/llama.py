"""The engine that runs llama.cpp in this process.

The model is found and loaded in the engine's own thread, at the first call of `load`, so that
making an engine costs nothing and start-up never waits.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from pillion.base.errors import EngineClosedError
from pillion.engine import store
from pillion.engine.abort import AbortFlag
from pillion.engine.base import Cancel, Chunk, ModelInfo, Request
from pillion.engine.decoder import Job
from pillion.engine.worker import Worker
from pillion.prompt.model_input import Special

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from pillion.engine.bindings import LoadOptions, Model
    from pillion.engine.decoder import Decoder

_STOP_SECONDS = 5.0
"""How long `close` waits for a running call of llama.cpp, which an abort ends in milliseconds."""


class LlamaEngine:
    """llama.cpp behind the `Engine` protocol (see `pillion.engine.base`)."""

    def __init__(
        self, model: str, *, threads: int = 0, gpu_layers: int = -1, context_tokens: int = 4096
    ) -> None:
        """Prepare to run `model`, a name of the catalogue or the path of a GGUF file."""
        self._name = model
        self._threads = threads
        self._gpu_layers = gpu_layers
        self._context_tokens = context_tokens
        self._worker = Worker("pillion-engine")
        self._loading: asyncio.Task[ModelInfo] | None = None
        self._reports: list[Callable[[float], None]] = []
        self._lock = threading.Lock()
        self._jobs: list[Job] = []
        self._current: Job | None = None
        self._flag = AbortFlag()
        self._model: Model | None = None
        self._decoder: Decoder | None = None
        self._closed = False
        self.info: ModelInfo | None = None
        self.steps = 0
        """Calls of llama.cpp that have ended; the host watches that they do."""

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        """Load the model once; see `Engine.load`. A failed load can be tried again."""
        if self._closed:
            raise EngineClosedError("The engine was closed.")
        if self.info:
            return self.info
        if report:
            self._reports.append(report)
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._load())
        # One waiter's cancellation must not stop the load for the others.
        return await asyncio.shield(self._loading)

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """Generate; see `Engine.stream`."""
        await self.load()
        loop = asyncio.get_running_loop()
        chunks: asyncio.Queue[Chunk | Exception] = asyncio.Queue()

        def put(item: Chunk | Exception) -> None:
            loop.call_soon_threadsafe(chunks.put_nowait, item)

        # Closing this generator must stop the engine, but is not the caller's cancel.
        stop = Cancel()
        cancel.on_set(stop.set)
        job = Job(request, stop, put)
        stop.on_set(lambda: self._interrupt(job))
        self._submit(job)
        try:
            ended = 0
            while ended < request.samples:
                item = await chunks.get()
                if isinstance(item, Exception):
                    raise item
                ended += item.finish is not None
                yield item
        finally:
            stop.set()

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Count tokens; see `Engine.count`. The vocabulary never changes, so any thread may."""
        await self.load()
        model = self._model
        if model is None:
            raise EngineClosedError("The engine was closed.")
        return await asyncio.to_thread(lambda: [len(model.tokenize(text)) for text in texts])

    def forget(self, session: str) -> None:
        """Free the part of the KV cache that a session has; its owner is gone."""
        self._worker.submit(lambda: self._forget(session))

    async def close(self) -> None:
        """Stop all work and free the model."""
        if self._closed:
            return
        self._closed = True
        with self._lock:
            jobs = list(self._jobs)
        for job in jobs:
            job.cancel.set()
        self._worker.submit(self._free)
        await asyncio.to_thread(self._worker.stop, _STOP_SECONDS)
        if self._loading and not self._loading.done():
            self._loading.cancel()

    async def _load(self) -> ModelInfo:
        try:
            info = await asyncio.wrap_future(self._worker.submit(self._load_now))
        finally:
            self._reports.clear()
        self.info = info
        return info

    def _load_now(self) -> ModelInfo:
        # Imported here: llama.cpp and its dependencies take half a second.
        from pillion.engine.bindings import LoadOptions, Model  # noqa: PLC0415
        from pillion.engine.decoder import Decoder  # noqa: PLC0415

        file = store.resolve(self._name)
        options: LoadOptions = LoadOptions(
            context_tokens=self._context_tokens, threads=self._threads, gpu_layers=self._gpu_layers
        )
        model = Model(file.path, options, self._report)
        self._model, self._decoder = model, Decoder(model)
        notes = [file.note, *model.notes]
        return ModelInfo(
            name=file.name,
            path=str(file.path),
            size_bytes=file.size,
            context_tokens=model.context_tokens,
            chat_template=model.chat_template,
            specials=frozenset(item for item in Special if model.special(item) is not None),
            verified=file.verified,
            note=" ".join(note for note in notes if note),
        )

    def _report(self, share: float) -> bool:
        for report in list(self._reports):
            report(share)
        return not self._closed

    def _submit(self, job: Job) -> None:
        with self._lock:
            self._jobs.append(job)
            if self._current and job.request.priority < self._current.request.priority:
                self._flag.set()
        self._worker.submit(self._drain)

    def _interrupt(self, job: Job) -> None:
        with self._lock:
            if self._current is job:
                self._flag.set()

    def _drain(self) -> None:
        """Step the first job, again and again, until there is none."""
        while job := self._first():
            decoder, model = self._decoder, self._model
            if decoder is None or model is None:
                job.emit(EngineClosedError("The engine was closed."))
                goes_on = False
            else:
                model.abort_with(self._flag)
                goes_on = decoder.step(job)
                self.steps += 1
            with self._lock:
                self._current = None
                if not goes_on:
                    self._jobs.remove(job)

    def _first(self) -> Job | None:
        with self._lock:
            self._current = min(self._jobs, key=lambda job: job.rank, default=None)
            self._flag = AbortFlag()
            return self._current

    def _forget(self, session: str) -> None:
        if self._decoder:
            self._decoder.forget(session)

    def _free(self) -> None:
        model, self._model, self._decoder = self._model, None, None
        if model:
            model.close()
