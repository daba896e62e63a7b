"""One short answer of a model, up to where it is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.engine.base import Cancel, FinishReason, Priority, Request, Sampling
from pillion.engine.purpose import Purpose, engine_for
from pillion.prompt.chat import chat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.engine.base import Engine
    from pillion.prompt.chat import Message


async def ask(
    engine: Engine,
    messages: Sequence[Message],
    cancel: Cancel,
    *,
    begin: str = "",
    end: Callable[[str], int | None] = lambda _: None,
    most: int = 160,
    session: str = "",
    sampling: Sampling | None = None,
) -> tuple[str, bool]:
    """Return what the model writes behind `begin`, and whether it came to an end of its own.

    `end` tells where the text so far is enough. Raises `EngineError` when the model cannot answer.
    """
    engine = engine_for(engine, Purpose.EDITS)
    info = await engine.load()
    prompt = chat(messages, info.chat_template, begin)
    request = Request(prompt, most, sampling or Sampling(), session, Priority.CHAT)
    enough = Cancel()
    cancel.on_set(enough.set)
    text, whole = "", False
    async for chunk in engine.stream(request, enough):
        text += chunk.text
        if chunk.text and (at := end(text)) is not None:
            enough.set()
            return text[:at], True
        whole = chunk.finish is not None and chunk.finish.reason is FinishReason.STOP
    return text, whole
