"""Ollama: JSON lines, fill-in-the-middle as raw text of the model's family or with `suffix`.

Raw text keeps the typed text behind the middle token, as on board; `suffix` is for models whose
family is not known here but whose template in Ollama has a place for it.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from pillion.base.errors import EngineAnswerError, EngineRefusedError
from pillion.engine.base import FinishReason, ModelInfo
from pillion.engine.http import spelling
from pillion.engine.http.dialect import (
    LOOK_SECONDS,
    check,
    drain,
    items,
    number,
    part,
    text,
    truncated,
)
from pillion.engine.http.tally import estimated
from pillion.prompt import parts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from pillion.engine.base import Request, Sampling
    from pillion.engine.http.connection import Connection, Json
    from pillion.engine.http.spelling import Layout
    from pillion.engine.http.tally import Tally
    from pillion.prompt.parts import Conversation

_CONTEXT = 4096
"""What Ollama holds unless it is told otherwise; another number makes it load the model anew."""


class Ollama:
    """One Ollama server; see `dialect.Dialect`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._model = connection.endpoint.model
        self._spelling = spelling.PLAIN

    async def look(self) -> ModelInfo | None:
        """Ask which models there are; take the one of the settings, or the first."""
        try:
            answer = await self._connection.get("/api/tags", LOOK_SECONDS)
        except (EngineRefusedError, EngineAnswerError):
            return None
        if "models" not in answer:
            return None
        known = [text(item, "name") for item in items(answer, "models")]
        wanted = {self._model, f"{self._model}:latest"}
        self._model = next((name for name in known if not self._model or name in wanted), "")
        if not self._model:
            raise EngineRefusedError("It has no such model; `ollama pull` fetches one.")
        facts = await self._connection.post("/api/show", {"model": self._model}, LOOK_SECONDS)
        self._spelling = spelling.find(self._connection.endpoint.fim, self._model)
        abilities = facts.get("capabilities")
        inserts = isinstance(abilities, list) and "insert" in abilities
        if self._spelling == spelling.PLAIN and inserts and not self._connection.endpoint.fim:
            self._spelling = spelling.Spelling(suffix=True)
        return ModelInfo(
            name=self._model,
            context_tokens=_CONTEXT,
            chat_template=parts.ROLES,
            specials=self._spelling.specials,
        )

    async def write(self, request: Request, tally: Tally) -> AsyncGenerator[str, None]:
        """Generate; see `Dialect.write`."""
        if talk := parts.conversation(request.prompt):
            output = self._talk(request, talk, tally)
        else:
            ways = spelling.layouts(request.prompt, self._spelling)
            output = spelling.healed(ways, lambda way: self._complete(request, way, tally))
        async with aclosing(output):
            async for item in output:
                yield item

    async def count(self, texts: Sequence[str]) -> list[int]:
        """Estimate; Ollama cannot count."""
        return [estimated(len(one)) for one in texts]

    def _complete(self, request: Request, way: Layout, tally: Tally) -> AsyncGenerator[str, None]:
        body = {**self._options(request), **way.body(), "raw": not self._spelling.suffix}
        return self._events("/api/generate", body, tally)

    def _talk(
        self, request: Request, talk: Conversation, tally: Tally
    ) -> AsyncGenerator[str, None]:
        messages = [{"role": one.role.value, "content": one.text} for one in talk.messages]
        if talk.begin:
            # It goes on behind a last message of the assistant's.
            messages.append({"role": "assistant", "content": talk.begin})
        return self._events("/api/chat", {**self._options(request), "messages": messages}, tally)

    async def _events(self, path: str, body: Json, tally: Tally) -> AsyncGenerator[str, None]:
        async with aclosing(self._connection.events(path, body)) as events:
            async for event in events:
                check(event)
                piece = text(event, "response") or text(part(event, "message"), "content")
                if piece:
                    tally.wrote()
                    yield piece
                if event.get("done") is True:
                    _count(event, tally)
                    await drain(events)
                    limit = text(event, "done_reason") == "length"
                    yield FinishReason.LENGTH if limit else FinishReason.STOP
                    return
        raise truncated()

    def _options(self, request: Request) -> Json:
        options: Json = {
            "num_predict": request.max_tokens,
            "num_ctx": _CONTEXT,
            **_sampling(request.sampling),
        }
        return {"model": self._model, "stream": True, "options": options}


def _sampling(sampling: Sampling) -> Json:
    if sampling.temperature <= 0:
        return {"temperature": 0}
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "seed": sampling.seed,
    }


def _count(event: Mapping[str, object], tally: Tally) -> None:
    """Take note of the costs; a prompt that Ollama has read before may be left out of them."""
    if read := number(event, "prompt_eval_count"):
        tally.prompt = tally.evaluated = read
    if written := number(event, "eval_count"):
        tally.generated = written
