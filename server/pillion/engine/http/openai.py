"""Servers that speak OpenAI's API: vLLM, TGI, LiteLLM, llama-cpp-python, and many more.

They take text, not ids, and have no grammar in common: see `spelling`. Conversations are laid out
by the server, from the messages.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from pillion.base.errors import EngineAnswerError, EngineRefusedError
from pillion.engine.base import FinishReason, ModelInfo
from pillion.engine.http import spelling
from pillion.engine.http.dialect import (
    LOOK_SECONDS,
    Beginning,
    answer,
    drawn,
    items,
    number,
    part,
    text,
    truncated,
)
from pillion.engine.http.tally import estimated
from pillion.prompt import parts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence

    from pillion.engine.base import Request, Sampling
    from pillion.engine.http.connection import Connection, Json
    from pillion.engine.http.spelling import Layout
    from pillion.engine.http.tally import Tally
    from pillion.prompt.parts import Conversation


_CONTEXT = 4096
"""Tokens that a server holds which does not tell; the least that is common."""


class OpenAi:
    """One server with OpenAI's API; see `dialect.Dialect`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._model = connection.endpoint.model
        self._spelling = spelling.PLAIN
        self._root = "" if connection.endpoint.has_path else "/v1"
        self._goes_on = False
        """Whether the server goes on behind a message of the assistant's; vLLM does."""

    async def look(self) -> ModelInfo | None:
        """Ask which models there are; take the one of the settings, or the first."""
        try:
            found = await self._connection.get(f"{self._root}/models", LOOK_SECONDS)
        except EngineAnswerError:
            return None
        known = {name: item for item in items(found, "data") if (name := text(item, "id"))}
        if not known:
            return None
        if self._model and self._model not in known:
            raise EngineRefusedError(f"It has no model `{self._model}`.")
        self._model = self._model or next(iter(known))
        self._spelling = spelling.find(self._connection.endpoint.fim, self._model)
        facts = known[self._model]
        self._goes_on = text(facts, "owned_by") == "vllm"
        return ModelInfo(
            name=self._model.rpartition("/")[2].removesuffix(".gguf"),
            context_tokens=number(facts, "max_model_len") or _CONTEXT,
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
        """Estimate; few of these servers can count."""
        return [estimated(len(one)) for one in texts]

    def _complete(self, request: Request, way: Layout, tally: Tally) -> AsyncGenerator[str, None]:
        body = {**self._options(request), **way.body()}
        return self._events(f"{self._root}/completions", body, tally)

    async def _talk(
        self, request: Request, talk: Conversation, tally: Tally
    ) -> AsyncGenerator[str, None]:
        messages = [{"role": one.role.value, "content": one.text} for one in talk.messages]
        body: Json = {**self._options(request), "messages": messages}
        begin = talk.begin
        if begin and self._goes_on:
            messages.append({"role": "assistant", "content": begin})
            body |= {"continue_final_message": True, "add_generation_prompt": False}
            begin = ""
        beginning = Beginning(begin)
        async with aclosing(self._events(f"{self._root}/chat/completions", body, tally)) as output:
            async for item in output:
                if isinstance(item, FinishReason):
                    if not beginning.done and beginning.held:
                        yield beginning.held
                    yield item
                    return
                # Nothing makes it begin as it should: what it says before that is left out.
                if shown := beginning.find(item):
                    yield shown
        raise truncated()

    def _events(self, path: str, body: Json, tally: Tally) -> AsyncGenerator[str, None]:
        reasons: list[FinishReason] = []

        def read(event: Json) -> Iterator[str]:
            _count(event, tally)
            choices = items(event, "choices")
            for choice in choices:
                piece = text(choice, "text") or text(part(choice, "delta"), "content")
                if piece:
                    tally.wrote()
                    yield piece
                if why := text(choice, "finish_reason"):
                    reasons.append(FinishReason.LENGTH if why == "length" else FinishReason.STOP)
            # What it cost comes behind the reason, or not at all.
            if reasons and (event.get("usage") or not choices):
                yield reasons[-1]

        events = self._connection.events(path, body)
        return answer(events, read, lambda: reasons[-1] if reasons else None)

    def _options(self, request: Request) -> Json:
        return {
            "model": self._model,
            "max_tokens": request.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
            **_sampling(request.sampling),
        }


def _sampling(sampling: Sampling) -> Json:
    """Return how a token is chosen; this API knows no `top_k`."""
    return {key: value for key, value in drawn(sampling).items() if key != "top_k"}


def _count(event: Mapping[str, object], tally: Tally) -> None:
    usage = part(event, "usage")
    if prompt := number(usage, "prompt_tokens"):
        cached = number(part(usage, "prompt_tokens_details"), "cached_tokens")
        tally.prompt, tally.evaluated = prompt, prompt - cached
    if generated := number(usage, "completion_tokens"):
        tally.generated = generated
