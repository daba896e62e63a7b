"""Whether a conversation asks before it writes code, and what comes of the answer.

    message -> Task -> clarify.consider -> a question with choices, or code that drafts agree on

Only a request for a function in Python is considered; everything else is answered at once. A task
is asked about twice at most, thinking is bounded by `chat.askSeconds`, and every question can be
answered with "You decide" or "Just answer". What was assumed is told with the code.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.assist.clarify import Answer, Budget, Clear, Question, Task, consider
from pillion.assist.clarify.intent import wants_code
from pillion.assist.clarify.task import YOU_DECIDE
from pillion.engine.base import Cancel

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.assist.contract import Speed
    from pillion.engine.base import Engine

JUST_ANSWER = "Just answer"
"""A choice of every question: no more of them, and no more drafts."""

_CHOICES = 3
"""Concrete choices of a question; more than five buttons in all nobody reads."""

_DRAFT_TOKENS = 100
"""What a usual draft takes."""

_TOGETHER = 2
"""How many times as fast drafts are written side by side, on two cores."""

_LEAST_SAMPLES, _MOST_SAMPLES = 3, 8


@dataclass(frozen=True, slots=True)
class Open:
    """A task that waits for an answer."""

    task: Task
    question: Question

    @property
    def choices(self) -> tuple[str, ...]:
        """What the user can click."""
        concrete = [one for one in self.question.choices if one != YOU_DECIDE]
        return (*concrete[:_CHOICES], YOU_DECIDE, JUST_ANSWER)

    def answered(self, text: str) -> Task:
        """Return the task with the user's answer."""
        said = YOU_DECIDE if text == JUST_ANSWER else text
        return replace(self.task, answers=(*self.task.answers, Answer(self.question, said)))


@dataclass(frozen=True, slots=True)
class Thinking:
    """How long a task may be thought about, and who hears of it."""

    seconds: float
    speed: Speed
    session: str
    """Names the part of the KV cache of the drafts."""
    stage: Callable[[str], None]
    stop: Cancel


async def clarify(
    task: Task, engine: Engine, thinking: Thinking, *, just_answer: bool = False
) -> Open | Clear | None:
    """Return a question, or code with what was assumed; None for what needs neither.

    With `just_answer` nothing is asked any more. Raises `EngineError` where the model fails.
    """
    if thinking.seconds <= 0 or not wants_code(task):
        return None
    budget = Budget(samples=_samples(thinking))
    if just_answer:
        budget = Budget(samples=1, questions=0)
    enough = Cancel()
    thinking.stop.on_set(enough.set)
    timer = asyncio.get_running_loop().call_later(thinking.seconds, enough.set)
    try:
        verdict = await consider(
            task, engine, budget, enough, thinking.stage, session=thinking.session
        )
    finally:
        timer.cancel()
        enough.set()
    if isinstance(verdict, Question):
        return Open(task, verdict)
    return verdict if verdict.code.strip() else None


def answer_of(clear: Clear, path: str) -> tuple[str, tuple[str, ...]]:
    """Return the answer for code that is clear, and remarks for the user; `path` may be empty."""
    info = f"python {path}".rstrip()
    text = f"```{info}\n{clear.code.strip()}\n```\n"
    evidence = clear.evidence
    if evidence.assumptions:
        text += "\nI assumed:\n\n" + "".join(f"- {one}\n" for one in evidence.assumptions)
    total = sum(evidence.groups)
    if total < 2 or evidence.compared != "runs" or not evidence.inputs:
        return text, ()
    alike = evidence.groups[0]
    return text, (f"{alike} of {total} drafts behave alike on {evidence.inputs} inputs.",)


def _samples(thinking: Thinking) -> int:
    """Return how many drafts there is time for."""
    able = int(thinking.seconds * thinking.speed.write * _TOGETHER / _DRAFT_TOKENS)
    return max(_LEAST_SAMPLES, min(_MOST_SAMPLES, able))
