"""A candidate mended: it is shown back to the model with the call that goes wrong.

Only what the user said is mended for, a choice, a value or an accepted example: what merely stands
in the request may be what is wrong with it. Half as many are written as there were drafts, so that
both together stay within the time that an answer may take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.assist.clarify.candidates import HEAT, STOPS, messages, words_of, written
from pillion.assist.clarify.difference import phrase
from pillion.engine.base import Priority, Request, Sampling
from pillion.engine.purpose import Purpose, engine_for
from pillion.prompt.chat import Message, Role, chat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.clarify.candidates import Candidate
    from pillion.assist.clarify.spec import Spec
    from pillion.assist.clarify.task import Budget, Example
    from pillion.engine.base import Cancel, Engine

_MOST = 3
"""Faults that are told at once."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A call that does not give what the user said."""

    example: Example
    outcome: str
    """What it gives."""
    rejected: bool = False
    """The user only said that this is wrong."""


async def mend(
    spec: Spec,
    candidate: Candidate,
    faults: Sequence[Fault],
    engine: Engine,
    *,
    budget: Budget,
    cancel: Cancel,
    session: str = "",
) -> list[Candidate]:
    """Return different candidates that were written to do better.

    Raises `EngineError` when the model cannot answer.
    """
    words = words_of("prompt")
    asked, begin = messages(spec)
    told = "\n".join(_told(candidate.name, fault) for fault in faults[:_MOST])
    conversation = [
        *asked,
        Message(Role.ASSISTANT, f"```python\n{candidate.code}\n```"),
        Message(Role.USER, words["mend"].format(faults=told).strip()),
    ]
    engine = engine_for(engine, Purpose.CHAT)
    info = await engine.load()
    request = Request(
        chat(conversation, info.chat_template, begin),
        budget.max_tokens,
        Sampling(temperature=HEAT),
        session=session,
        priority=Priority.CHAT,
        stops=STOPS,
        samples=max(1, budget.samples // 2),
    )
    return await written(spec, request, engine, cancel)


def _told(name: str, fault: Fault) -> str:
    call = f"`{name}({fault.example.call})`"
    does = phrase(fault.outcome).replace("return ", "returns ").replace("raise ", "raises ")
    if fault.rejected:
        return f"{call} {does}, which is wrong."
    return f"{call} {does}, but must {phrase(fault.example.outcome)}."
