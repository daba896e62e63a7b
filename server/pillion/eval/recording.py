"""What a model wrote, kept in a file, so that a change of what is made of it is judged in minutes.

The same question, with the same sampling, is answered from the file. A filter that lets the model
write more than it did has it asked again. Times and tokens of an answer from the file are those
of the time it was written.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from pillion.engine.base import Cancel, Chunk, Finish, FinishReason, write

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from pathlib import Path

    from pillion.engine.base import Engine, ModelInfo, Request


@dataclass(frozen=True, slots=True)
class _Written:
    """The pieces of one answer, and how it ended."""

    pieces: tuple[str, ...]
    finish: Finish


class RecordedEngine:
    """An engine that asks another one only what no file tells."""

    def __init__(self, engine: Engine, path: Path | None) -> None:
        """Go on from what `path` holds; keep nothing for later without one."""
        self._engine = engine
        self._path = path
        self._known: dict[str, _Written] = {}
        if path and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                finish = Finish(**row["finish"] | {"reason": FinishReason(row["finish"]["reason"])})
                self._known[row["question"]] = _Written(tuple(row["pieces"]), finish)

    @property
    def info(self) -> ModelInfo | None:
        """The other engine's model."""
        return self._engine.info

    async def load(self, report: Callable[[float], None] | None = None) -> ModelInfo:
        """Load the model, which knows how many tokens a text is."""
        return await self._engine.load(report)

    async def stream(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """Say what was said before, or ask."""
        if request.samples > 1:
            async for chunk in self._several(request, cancel):
                yield chunk
            return
        key = _question(request, (await self.load()).name)
        known = self._known.get(key)
        said = 0
        if known:
            for piece in known.pieces:
                if cancel.is_set():
                    break
                said += 1
                yield Chunk(piece)
            if cancel.is_set():
                yield Chunk("", replace(known.finish, reason=FinishReason.CANCELLED))
                return
            if known.finish.reason is not FinishReason.CANCELLED:
                yield Chunk("", known.finish)
                return
        pieces: list[str] = []
        # What stays where nobody reads on because it was enough.
        finish = Finish(FinishReason.CANCELLED)
        try:
            async for chunk in self._engine.stream(request, cancel):
                if chunk.text:
                    pieces.append(chunk.text)
                finish = chunk.finish or finish
                if len(pieces) > said or chunk.finish:
                    yield chunk
        finally:
            self._keep(key, _Written(tuple(pieces), finish))

    async def _several(self, request: Request, cancel: Cancel) -> AsyncGenerator[Chunk, None]:
        """Say each sample as a whole; they are asked for anew unless all are known."""
        name = (await self.load()).name
        keys = [f"{_question(request, name)}:{at}" for at in range(request.samples)]
        if not all(key in self._known for key in keys):
            written = await write(self._engine, request, cancel)
            if cancel.is_set():
                keys = []
            for at, one in enumerate(written):
                yield Chunk(one.text, one.finish, at)
            for key, one in zip(keys, written, strict=False):
                self._keep(key, _Written((one.text,), one.finish))
            return
        for at, key in enumerate(keys):
            known = self._known[key]
            yield Chunk("".join(known.pieces), known.finish, at)

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text is."""
        return await self._engine.count(texts)

    async def close(self) -> None:
        """Close the other engine."""
        await self._engine.close()

    def _keep(self, key: str, written: _Written) -> None:
        self._known[key] = written
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"question": key, **asdict(written)}) + "\n")


def _question(request: Request, model: str) -> str:
    prompt = replace(request.prompt, note="")
    asked: tuple[object, ...] = (model, prompt, request.max_tokens, request.sampling)
    if request.samples > 1 or request.stops or request.grammar:
        asked += (request.samples, request.stops, request.grammar)
    return sha256(repr(asked).encode()).hexdigest()[:32]
