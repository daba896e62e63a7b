"""An engine that remembers what the model wrote, in a file: asked once, judged many times.

Model time is what an evaluation costs. With the outputs kept, every change of a rule or a
threshold is judged again in seconds, and a measurement that was stopped goes on where it was.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pillion.base.errors import UsageError
from pillion.engine.base import Chunk, Finish, FinishReason
from pillion.engine.wire import from_request

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from pathlib import Path

    from pillion.engine.base import Cancel, Engine, ModelInfo, Request

_NO_MATTER = {"session", "priority", "speculate"}
"""Fields of a request that change nothing of what is written."""


class Remembered:
    """An `Engine` in front of another one; it keeps each output under the request's own hash."""

    def __init__(self, engine: Engine, path: Path | None, model: str) -> None:
        self._engine, self._path, self._model = engine, path, model
        self._known = _read(path) if path else {}
        self.asked = 0
        """Requests that went to the model."""

    @property
    def info(self) -> ModelInfo | None:
        """The model's, once it is loaded."""
        return self._engine.info

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        """Load the model; its format of conversations is part of every request."""
        return await self._engine.load(report)

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """Say again what was written before, or have it written and remember it."""
        name = self._key(request)
        if name not in self._known:
            written = await self._ask(request, cancel)
            if any(finish.reason is FinishReason.CANCELLED for _, finish in written):
                for sample, (text, finish) in enumerate(written):
                    yield Chunk(text, finish, sample)
                return
            self._keep(name, written)
        for sample, (text, finish) in enumerate(self._known[name]):
            yield Chunk(text, finish, sample)

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Count with the model's own tokens."""
        return await self._engine.count(texts)

    async def close(self) -> None:
        """Free the model."""
        await self._engine.close()

    async def _ask(self, request: Request, cancel: Cancel) -> list[tuple[str, Finish]]:
        self.asked += 1
        texts = [""] * request.samples
        ends = [Finish(FinishReason.CANCELLED)] * request.samples
        async with contextlib.aclosing(self._engine.stream(request, cancel)) as chunks:
            async for chunk in chunks:
                texts[chunk.sample] += chunk.text
                if chunk.finish:
                    ends[chunk.sample] = chunk.finish
        return list(zip(texts, ends, strict=True))

    def _keep(self, name: str, written: list[tuple[str, Finish]]) -> None:
        self._known[name] = written
        if self._path:
            row = {"key": name, "written": [[text, asdict(end)] for text, end in written]}
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")

    def _key(self, request: Request) -> str:
        # Without what is empty, so that a new field with nothing in it changes no name.
        values = {k: v for k, v in from_request(request).items() if v and k not in _NO_MATTER}
        text = json.dumps([self._model, values], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path) -> dict[str, list[tuple[str, Finish]]]:
    if not path.exists():
        return {}
    found = {}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            found[row["key"]] = [(text, _finish(end)) for text, end in row["written"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} holds no outputs of a model.") from error
    return found


def _finish(values: dict[str, Any]) -> Finish:
    return Finish(**(values | {"reason": FinishReason(values["reason"])}))
