"""Understanding shown before the code: when it matters, and code that does what was accepted.

    drafts -> Shown: a restatement and up to five examples -> Decided -> drafts held to it -> code

The drafts are those that the request was thought about with; what the user decided chooses among
them. Where none does all that was accepted, others are written with it in the prompt. Whether code
does it is found out by running it in the sandbox, and told with the code.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.assist.clarify import behaviour, rule
from pillion.assist.clarify.evidence import most_agreed, same
from pillion.assist.clarify.spec import agreed
from pillion.assist.clarify.task import YOU_DECIDE, Clear, Task
from pillion.assist.clarify.understanding import MOST, understood
from pillion.assist.decisions import ACCEPT_ALL, Decided, readable, sentence
from pillion.assist.inquiry import Inquiry
from pillion.base.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pillion.assist.clarify.rule import View
    from pillion.assist.clarify.task import Example

JUST_ANSWER = "Just answer"
"""A choice of every question: no more of them, and no more drafts."""

APART = 0.5
"""Without a question, examples are shown where fewer of the drafts than this are alike."""

ROUNDS = 2
"""So often drafts are written anew where none does what was accepted."""

_LEAST = 2
"""Fewer examples than this say too little to be looked at."""

_BLOCK = re.compile(r"^```(?:python|py)\b[^\n]*\n(?P<code>.*?)^```", re.DOTALL | re.MULTILINE)

_NO_IMPORT = {"raises ModuleNotFoundError", "raises ImportError"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What was understood, waiting for the user to accept it."""

    view: View
    clear: Clear
    """What is written without an answer."""
    restatement: str
    examples: tuple[Example, ...]

    @property
    def task(self) -> Task:
        """The request."""
        return self.view.task

    @property
    def function(self) -> str:
        """The name of the function."""
        return _name(self.view)

    @property
    def inquiry(self) -> Inquiry:
        """The question as the user sees it."""
        return Inquiry(
            "Are these examples right? Accept, reject or change them.",
            (ACCEPT_ALL, JUST_ANSWER),
            self.function,
            self.examples,
        )


@dataclass(frozen=True, slots=True)
class Held:
    """Code, and which of the accepted examples it does."""

    clear: Clear
    decided: Decided
    undone: tuple[Example, ...] = ()
    """Accepted ones that it does not do, and rejected ones that it does."""
    drafts: int = 0
    """How many were tried."""
    ran: bool = True
    """False where nothing could be run."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Return in sentences how the code stands to the examples."""
        if not self.ran:
            return ("Nothing could be run here, so the code was not checked by the examples.",)
        if self.undone:
            which = "; ".join(sentence(self.decided.function, one) for one in self.undone)
            none = f"None of {self.drafts} drafts does all that you accepted."
            return (f"{none} This one does most of it, but not this: {which}.",)
        count = len(self.decided.accepted)
        if not count:
            return ("It does none of what you rejected.",)
        those = "the example" if count == 1 else f"all {count} examples"
        return (f"It does {those} that you accepted; that was run.",)


def shown(task: Task, view: View | None, clear: Clear) -> Shown | None:
    """Return what to show before the code of a clear task; None where it does not matter.

    It matters after the user has answered a question, and where the drafts are far apart; never
    where they are alike, and not again once examples were accepted.
    """
    if view is None or view.seen is None or len(view.held.groups) < _LEAST:
        return None
    if task.accepted or task.rejected:
        return None
    said = [one for one in task.answers if one.text != YOU_DECIDE]
    if task.answers and not said:
        return None
    if not said and clear.evidence.agreement >= APART:
        return None
    function = _name(view)
    found = understood(view)
    own = [example for answer in said if (example := agreed(answer))]
    examples = tuple(one for one in (*own, *found.examples) if readable(function, one))[:MOST]
    if len(examples) < _LEAST:
        return None
    return Shown(view, clear, found.restatement, examples)


async def held(
    task: Task,
    decided: Decided,
    views: Sequence[View],
    draft: Callable[[Task], Awaitable[View | None]],
) -> Held | None:
    """Return code that does what was decided, of drafts that are there or of new ones.

    None where there are no drafts at all. Raises `EngineError` where the model fails.
    """
    task = replace(task, accepted=decided.accepted, rejected=decided.rejected)
    best: tuple[int, Held] | None = None
    tried, waiting = 0, list(views)
    for _ in range(len(waiting) + ROUNDS):
        view = waiting.pop(0) if waiting else await draft(task)
        if view is None:
            continue
        tried += sum(one.count for one in view.candidates)
        try:
            undone, found = await _best(view, task, decided)
        except SandboxError:
            return Held(rule.answer(view), decided, drafts=tried, ran=False)
        if best is None or len(undone) < best[0]:
            best = len(undone), Held(found, decided, undone)
        if not undone:
            break
    return replace(best[1], drafts=tried) if best else None


async def remarks(answer: str, decided: Decided | None) -> tuple[str, ...]:
    """Return how code in an answer stands to what was accepted earlier, for the user."""
    if decided is None or not decided.accepted:
        return ()
    defines = re.compile(rf"^def {re.escape(decided.function)}\(", re.MULTILINE)
    code = next((m["code"] for m in _BLOCK.finditer(answer) if defines.search(m["code"])), None)
    if code is None:
        return ()
    calls = [one.call for one in decided.accepted]
    try:
        row = await asyncio.to_thread(behaviour.outcomes, code, decided.function, calls)
    except SandboxError:
        return ()
    if all(outcome in _NO_IMPORT for outcome in row):
        # It needs the project, which is not there.
        return ()
    wrong = [
        f"{sentence(decided.function, one)}, and here it {_does(outcome)}"
        for one, outcome in zip(decided.accepted, row, strict=True)
        if not same(outcome, one.outcome)
    ]
    if wrong:
        return (f"You accepted: {'; '.join(wrong)}.",)
    return Held(Clear(code), decided).notes


def _does(outcome: str) -> str:
    if outcome.startswith("raises "):
        return outcome
    return f"returns `{outcome}`"


async def _best(view: View, task: Task, decided: Decided) -> tuple[tuple[Example, ...], Clear]:
    """Run the drafts on what was decided; return what the best one does not do, and its code."""
    examples = (*decided.accepted, *decided.rejected)
    programs = [(one.module, one.name) for one in view.candidates]
    calls = [one.call for one in examples]
    rows = await asyncio.to_thread(behaviour.together, programs, calls)
    wrong = [
        tuple(
            one
            for at, one in enumerate(examples)
            if same(row[at], one.outcome) != (at < len(decided.accepted))
        )
        for row in rows
    ]
    least = min(map(len, wrong))
    able = [index for index, undone in enumerate(wrong) if len(undone) == least]
    now = rule.held_against(view, task)
    # What the request itself says by examples holds, too, where it can.
    able = [index for index in able if index in now.held.passing] or able
    chosen = most_agreed(now.seen, able) if now.seen else able[0]
    return wrong[chosen], Clear(view.candidates[chosen].code, rule.evidence(now))


def _name(view: View) -> str:
    return view.spec.name or view.candidates[0].name
