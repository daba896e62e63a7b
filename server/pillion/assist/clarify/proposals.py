"""Inputs that the model thinks of: what a caller would pass, which no list of odd values has.

The text of the request is the prompt of the drafts up to where an example of use would stand, so
that it is in the KV cache already, and what is written is one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.assist.clarify.candidates import HEAT, messages
from pillion.assist.clarify.stated import arguments, closing
from pillion.engine.base import Priority, Request, Sampling, write
from pillion.engine.purpose import Purpose, engine_for
from pillion.prompt.chat import chat

if TYPE_CHECKING:
    from pillion.assist.clarify.spec import Spec
    from pillion.assist.clarify.task import Budget
    from pillion.engine.base import Cancel, Engine

_TOKENS = 48
"""An input that takes more of them nobody reads."""

_DOCSTRING = '    """'


async def propose(
    spec: Spec, engine: Engine, budget: Budget, cancel: Cancel, session: str = ""
) -> list[str]:
    """Return arguments as source, without repetition; none where the head is not known.

    Raises `EngineError` when the model cannot answer.
    """
    if not spec.head or not spec.parameters or not budget.proposals or cancel.is_set():
        return []
    asked, begin = messages(spec)
    text, docstring, _ = begin.rpartition(f"\n{_DOCSTRING}\n")
    if not docstring:
        text = f"{begin.rstrip()}\n{_DOCSTRING}"
    engine = engine_for(engine, Purpose.CHAT)
    info = await engine.load()
    request = Request(
        chat(asked, info.chat_template, f"{text}\n    >>> {spec.name}("),
        _TOKENS,
        Sampling(temperature=HEAT),
        session=session,
        priority=Priority.CHAT,
        stops=("\n",),
        samples=budget.proposals,
    )
    found: dict[str, None] = {}
    for written in await write(engine, request, cancel):
        line = f"({written.text}"
        end = closing(line, 0)
        call = arguments(line[1:end]) if end > 0 else None
        if call:
            found.setdefault(call)
    return list(found)
