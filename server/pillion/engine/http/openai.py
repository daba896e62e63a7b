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
            answer = await self._connection.get(f"{self._root}/models", LOOK_SECONDS)
        except EngineAnswerError:
            return None
        known = {name: item for item in items(answer, "data") if (name := text(item, "id"))}
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

    async def _events(self, path: str, body: Json, tally: Tally) -> AsyncGenerator[str, None]:
        reason: FinishReason | None = None
        async with aclosing(self._connection.events(path, body)) as events:
            async for event in events:
                check(event)
                _count(event, tally)
                for choice in items(event, "choices"):
                    piece = text(choice, "text") or text(part(choice, "delta"), "content")
                    if piece:
                        tally.wrote()
                        yield piece
                    if why := text(choice, "finish_reason"):
                        reason = FinishReason.LENGTH if why == "length" else FinishReason.STOP
                if reason and (event.get("usage") or not items(event, "choices")):
                    break
            if reason:
                await drain(events)
        if reason is None:
            raise truncated()
        yield reason

    def _options(self, request: Request) -> Json:
        return {
            "model": self._model,
            "max_tokens": request.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
            **_sampling(request.sampling),
        }


def _sampling(sampling: Sampling) -> Json:
    if sampling.temperature <= 0:
        return {"temperature": 0}
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": sampling.seed,
    }


def _count(event: Mapping[str, object], tally: Tally) -> None:
    usage = part(event, "usage")
    if prompt := number(usage, "prompt_tokens"):
        cached = number(part(usage, "prompt_tokens_details"), "cached_tokens")
        tally.prompt, tally.evaluated = prompt, prompt - cached
    if generated := number(usage, "completion_tokens"):
        tally.generated = generated
