"""Whether a conversation asks before it writes code, and what comes of the answer.

    message -> Task -> clarify.consider -> a question with choices
                                        -> what was understood, as examples to accept (`accepting`)
                                        -> code that drafts agree on

Only a request for a function in Python is considered; everything else is answered at once. A task
is asked about twice at most, thinking is bounded by `chat.askSeconds`, and every question can be
answered with "You decide" or "Just answer". What was assumed is told with the code.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pillion.assist import accepting, decisions
from pillion.assist.accepting import JUST_ANSWER, Shown
from pillion.assist.clarify import Answer, Budget, Question, Task, consider, rule
from pillion.assist.clarify.intent import wants_code
from pillion.assist.clarify.spec import read
from pillion.assist.clarify.task import YOU_DECIDE
from pillion.assist.inquiry import Inquiry
from pillion.engine.base import Cancel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pillion.assist.accepting import Held
    from pillion.assist.clarify import Clear
    from pillion.assist.clarify.rule import View
    from pillion.assist.contract import Speed
    from pillion.assist.decisions import Decided
    from pillion.engine.base import Engine

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


@dataclass(frozen=True, slots=True)
class Turn:
    """A message that may ask for code, and what of the conversation it may go on from."""

    text: str
    code: str = ""
    """What is selected beside it."""
    path: str = ""
    """The file that the code is for."""
    waiting: Open | Shown | None = None
    """What the message may be an answer to."""
    before: tuple[str, ...] = ()
    """What the user said earlier, the newest last."""
    decided: Decided | None = None
    """The examples that the user decided about earlier."""


@dataclass(frozen=True, slots=True)
class Response:
    """Code, or a question back."""

    text: str
    notes: tuple[str, ...] = ()
    question: Inquiry | None = None
    waiting: Open | Shown | None = None
    decided: Decided | None = None
    """What the message has decided about examples."""


async def respond(turn: Turn, engine: Engine, thinking: Thinking) -> Response | None:
    """Ask back, show what was understood, or write code; None for a message that needs neither.

    Raises `EngineError` where the model fails.
    """
    if thinking.seconds <= 0:
        return None
    waiting = turn.waiting
    decided = decisions.read(turn.text)
    if decided is None and isinstance(waiting, Shown):
        decided = decisions.short(turn.text, waiting.function, waiting.examples)
    if decided:
        held = await _held(turn, decided, engine, thinking)
        return _settled(held, turn.path) if held else None
    if isinstance(waiting, Shown):
        if turn.text == JUST_ANSWER:
            text, notes = answer_of(waiting.clear, turn.path)
            return Response(text, notes)
        if turn.text.rstrip().endswith("?"):
            return None
        # It says what is wrong with the understanding.
        task = replace(waiting.task, text=f"{waiting.task.text}\n{turn.text}".lstrip())
    elif waiting:
        task = waiting.answered(turn.text)
    else:
        task = _with_earlier(Task(turn.text, turn.code), turn.decided)
    return await _considered(task, turn, engine, thinking)


async def _considered(
    task: Task, turn: Turn, engine: Engine, thinking: Thinking
) -> Response | None:
    """Return a question, an understanding to accept, or code with what was assumed."""
    if not wants_code(task):
        return None
    just_answer = turn.waiting is not None and turn.text == JUST_ANSWER
    budget = Budget(samples=_samples(thinking))
    if just_answer:
        budget = Budget(samples=1, questions=0, proposals=0, rounds=0)
    drafts = _Drafts(engine, thinking)
    verdict = await drafts.consider(task, budget)
    view = drafts.views[-1] if drafts.views else None
    if isinstance(verdict, Question):
        # A second question about an input: examples tell about several at once.
        again = bool(task.answers and verdict.call)
        if again and view and (shows := accepting.shown(task, view, rule.answer(view))):
            return _understood(shows)
        asks = Open(task, verdict)
        text = verdict.reason or verdict.text
        return Response(text, question=Inquiry(verdict.text, asks.choices), waiting=asks)
    if not verdict.code.strip():
        return None
    if not just_answer and (shows := accepting.shown(task, view, verdict)):
        return _understood(shows)
    text, notes = answer_of(verdict, turn.path)
    if task.accepted:
        decided = decisions.Decided(read(task).name, task.accepted, task.rejected)
        notes += await accepting.remarks(text, decided)
    return Response(text, notes)


def _understood(shows: Shown) -> Response:
    text = f"As I understand it: {shows.restatement}"
    return Response(text, question=shows.inquiry, waiting=shows)


async def _held(turn: Turn, decided: Decided, engine: Engine, thinking: Thinking) -> Held | None:
    """Return code that does what was decided.

    The drafts are those that the examples were shown of; after a restart there are none, and the
    request is the last one in the conversation.
    """
    if isinstance(turn.waiting, Shown):
        task, views = turn.waiting.task, [turn.waiting.view]
    else:
        asked = [text for text in turn.before if wants_code(Task(text))]
        if not asked:
            return None
        task, views = Task(asked[-1], turn.code), []
    drafts = _Drafts(engine, thinking)

    async def draft(now: Task) -> View | None:
        if thinking.stop.is_set():
            return None
        drafts.views.clear()
        await drafts.consider(now, Budget(samples=_samples(thinking), questions=0))
        return drafts.views[-1] if drafts.views else None

    thinking.stage("Running the examples")
    return await accepting.held(task, decided, views, draft)


def _settled(held: Held, path: str) -> Response:
    # That the drafts differ elsewhere is told by the examples now.
    text, _ = answer_of(held.clear, path)
    return Response(text, held.notes, decided=held.decided)


def _with_earlier(task: Task, decided: Decided | None) -> Task:
    """Hold a request for the same function to what was accepted earlier."""
    if decided and read(task).name == decided.function:
        return replace(task, accepted=decided.accepted, rejected=decided.rejected)
    return task


@dataclass(slots=True)
class _Drafts:
    """Thinks about tasks, each within the time that there is, and keeps what was drafted."""

    engine: Engine
    thinking: Thinking
    views: list[View] = field(default_factory=list)

    async def consider(self, task: Task, budget: Budget) -> Clear | Question:
        """Return what comes of a task."""
        thinking = self.thinking
        with self._in_time() as enough:
            return await consider(
                task,
                self.engine,
                budget,
                enough,
                thinking.stage,
                session=thinking.session,
                watch=self.views.append,
            )

    @contextmanager
    def _in_time(self) -> Iterator[Cancel]:
        enough = Cancel()
        self.thinking.stop.on_set(enough.set)
        timer = asyncio.get_running_loop().call_later(self.thinking.seconds, enough.set)
        try:
            yield enough
        finally:
            timer.cancel()
            enough.set()


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
