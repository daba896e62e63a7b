"""Ollama: JSON lines, fill-in-the-middle as raw text of the model's family or with `suffix`.

Raw text keeps the typed text behind the middle token, as on board; `suffix` is for models whose
family is not known here but whose template in Ollama has a place for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.base.errors import EngineAnswerError, EngineRefusedError
from pillion.engine.base import FinishReason, ModelInfo
from pillion.engine.http import spelling
from pillion.engine.http.dialect import (
    LOOK_SECONDS,
    answer,
    drawn,
    items,
    number,
    part,
    text,
)
from pillion.engine.http.tally import estimated
from pillion.prompt import parts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence

    from pillion.engine.base import Request
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
            found = await self._connection.get("/api/tags", LOOK_SECONDS)
        except (EngineRefusedError, EngineAnswerError):
            return None
        if "models" not in found:
            return None
        known = [text(item, "name") for item in items(found, "models")]
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

    def write(self, request: Request, tally: Tally) -> AsyncGenerator[str, None]:
        """Generate; see `Dialect.write`."""
        return spelling.written(
            request.prompt,
            self._spelling,
            lambda talk: self._talk(request, talk, tally),
            lambda way: self._complete(request, way, tally),
        )

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

    def _events(self, path: str, body: Json, tally: Tally) -> AsyncGenerator[str, None]:
        def read(event: Json) -> Iterator[str]:
            piece = text(event, "response") or text(part(event, "message"), "content")
            if piece:
                tally.wrote()
                yield piece
            if event.get("done") is True:
                _count(event, tally)
                limit = text(event, "done_reason") == "length"
                yield FinishReason.LENGTH if limit else FinishReason.STOP

        return answer(self._connection.events(path, body), read)

    def _options(self, request: Request) -> Json:
        options: Json = {
            "num_predict": request.max_tokens,
            "num_ctx": _CONTEXT,
            **drawn(request.sampling),
        }
        return {"model": self._model, "stream": True, "options": options}


def _count(event: Mapping[str, object], tally: Tally) -> None:
    """Take note of the costs; a prompt that Ollama has read before may be left out of them."""
    if read := number(event, "prompt_eval_count"):
        tally.prompt = tally.evaluated = read
    if written := number(event, "eval_count"):
        tally.generated = written
