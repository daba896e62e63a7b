"""The clarify suite: does it ask when it should, and is the code better for the answers?

Each form of a task is answered by the same model in several ways: `greedy`, the likeliest function;
`silent`, what Pillion chooses among its drafts without asking; `clicked`, what it writes after a
simulated user has answered its questions by a choice or a value alone; `after`, where that user
also explains; `shown`, after that user has also seen examples of what was understood, and accepted
or edited them, where anything was asked. `told` is the usual way to be asked: the same model, told
to ask if the request is unclear.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from pillion.assist.clarify.behaviour import outcomes
from pillion.assist.clarify.candidates import draft
from pillion.assist.clarify.consider import consider
from pillion.assist.clarify.evidence import same
from pillion.assist.clarify.rule import about
from pillion.assist.clarify.spec import agreed, read
from pillion.assist.clarify.task import YOU_DECIDE, Answer, Kind, Question, Task
from pillion.assist.clarify.understanding import understand
from pillion.assist.clarify.wording import findings
from pillion.engine.base import Cancel, Priority, Request, write
from pillion.eval.comm import CLEAR, KINDS
from pillion.eval.compare import Case
from pillion.eval.figures import Aim, above, at_least, at_most, mean, median
from pillion.eval.metrics import wilson
from pillion.eval.paired import difference
from pillion.eval.simulated_user import explain, reply, review
from pillion.prompt.chat import Message, Role, chat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.assist.clarify.task import Budget, Verdict
    from pillion.engine.base import Engine
    from pillion.eval.comm import Problem

TOLD = (
    "You are an expert Python programmer. If the request is ambiguous, incomplete or contradicts "
    "itself, ask the user one clarifying question, and write no code. Otherwise answer with one "
    "code block that holds the complete function, and with nothing else."
)
"""To the model that is simply told to ask."""

User: TypeAlias = "Callable[[Question, Problem, str], str]"
"""Answers a question about a form of a task."""

_TOLD_TOKENS = 48
"""By then it has begun a code block or asked."""


@dataclass(frozen=True, slots=True)
class Row:
    """One form of one task."""

    task: str
    form: str
    asked: int
    """Questions."""
    kinds: str
    question: str
    """The first one."""
    answer: str
    named: bool
    """The first question is about what is wrong with this form."""
    changed: bool
    """The answer to it rules out what would have been written."""
    greedy: bool
    silent: bool
    clicked: bool
    after: bool
    shown: bool
    """Whether the tests pass: of the likeliest, of what is chosen without asking, after answers
    without words, after those with words, and after examples were seen, too."""
    told_asks: bool
    """The model that was told to ask does."""
    told_text: str
    agreement: float
    support: float
    consensus: float
    examples: int
    findings: str
    code: str
    seconds: float
    """Until the first question, or the code; of little worth where the model is remembered."""

    @property
    def asks(self) -> bool:
        """Whether anything was asked."""
        return self.asked > 0

    @property
    def variant(self) -> bool:
        """Whether it should be asked about."""
        return self.form != CLEAR


async def measure(problem: Problem, form: str, engine: Engine, budget: Budget) -> Row:
    """Answer one form in all ways. Raises `EngineError` when the model cannot answer."""
    shown = problem.forms[form]
    task, cancel = Task("", shown), Cancel()
    started = time.perf_counter()
    first = await consider(task, engine, budget, cancel)
    seconds = time.perf_counter() - started
    # A question holds what would be written without an answer, unless the words alone gave it.
    silent: Verdict = first
    if not first.code:
        silent = await consider(task, engine, replace(budget, questions=0), cancel)
    drafts = await draft(read(task), engine, budget, cancel)
    _, clicked, _ = await _walk(task, first, reply, problem, engine=engine, budget=budget)
    task, verdict, replies = await _walk(
        task, first, explain, problem, engine=engine, budget=budget
    )
    question = first if isinstance(first, Question) else None
    final = verdict
    reviewed = task
    if question:
        understood = await understand(task, engine, budget, cancel)
        accepted = await asyncio.to_thread(review, understood.examples, problem)
        reviewed = replace(task, accepted=accepted, drafts=understood.drafts)
        final = await consider(reviewed, engine, replace(budget, questions=0), cancel)
    told = await _told(task=Task("", shown), engine=engine, cancel=cancel)
    seen = silent.evidence
    judged: dict[str, bool] = {}
    plain = Task("", shown)
    greedy = drafts[0].code if drafts else ""
    for one, code in (
        (plain, greedy),
        (plain, silent.code),
        (task, clicked.code),
        (task, verdict.code),
        (reviewed, final.code),
    ):
        if code not in judged:
            judged[code] = await asyncio.to_thread(_passes, problem, one, code)
    return Row(
        task=problem.id,
        form=form,
        asked=len(replies),
        kinds=" ".join(one.question.kind.value for one in task.answers),
        question=question.text if question else "",
        answer=" | ".join(replies),
        named=bool(question and await asyncio.to_thread(named, question, problem, shown)),
        changed=bool(
            question
            and await asyncio.to_thread(
                _changed, question, replies[0], Task("", shown), silent.code
            )
        ),
        greedy=judged[greedy],
        silent=judged[silent.code],
        clicked=judged[clicked.code],
        after=judged[verdict.code],
        shown=judged[final.code],
        told_asks=asks(told),
        told_text=told,
        agreement=seen.agreement,
        support=seen.support,
        consensus=seen.consensus,
        examples=seen.examples,
        findings=" ".join(seen.findings),
        code=final.code,
        seconds=seconds,
    )


async def _walk(
    task: Task,
    first: Verdict,
    user: User,
    problem: Problem,
    *,
    engine: Engine,
    budget: Budget,
) -> tuple[Task, Verdict, list[str]]:
    """Answer what is asked until there is code; return the task with the answers, and these."""
    verdict, replies, shown = first, [], task.code
    while isinstance(verdict, Question):
        said = await asyncio.to_thread(user, verdict, problem, shown)
        replies.append(said)
        task = replace(task, answers=(*task.answers, Answer(verdict, said)))
        verdict = await consider(task, engine, budget, Cancel())
    return task, verdict, replies


def named(question: Question, problem: Problem, shown: str) -> bool:
    """Whether a question is about what this form has wrong, and the clear one has not.

    Of one about an input alone that is so if the reference does something else there than what
    is offered first: the text left it out.
    """
    spec = read(Task("", problem.clear))
    if question.kind is Kind.CONTRADICTION:
        return not same(problem.reference([question.call])[0], question.outcomes[1])
    if question.about.startswith("input:"):
        reference = problem.reference([question.call])[0]
        return shown != problem.clear and not same(reference, question.outcomes[0])
    return question.about not in {about(finding) for finding in findings(spec)}


def asks(text: str) -> bool:
    """Whether a model that may ask or write code asks."""
    return "?" in text and "```" not in text.partition("?")[0]


def summary(rows: Sequence[Row]) -> dict[str, object]:
    """Return the figures: what is asked, form by form, and what comes of it."""
    forms = {form: [row for row in rows if row.form == form] for form in (CLEAR, *KINDS)}
    variants = [row for row in rows if row.variant]
    return {
        "tasks": len({row.task for row in rows}),
        "asks": {
            "false_asks_on_clear": _share([row.asks for row in forms[CLEAR]]),
            "asks_on_variants": _share([row.asks for row in variants]),
            **{
                KINDS[form]: _share([row.asks for row in forms[form]])
                for form in KINDS
                if forms[form]
            },
        },
        "told_to_ask": {
            "false_asks_on_clear": _share([row.told_asks for row in forms[CLEAR]]),
            "asks_on_variants": _share([row.told_asks for row in variants]),
        },
        "names_the_gap": _share([row.named for row in variants if row.asks]),
        "answer_changes_code": _share([row.changed for row in variants if row.asks]),
        "questions_by_kind": _counts([row.kinds.split()[0] for row in variants if row.asks]),
        "questions_where_asked": mean([row.asked for row in variants if row.asks]),
        "pass_at_1": {
            "clear": _passed(forms[CLEAR]),
            "variants": _passed(variants),
            "variants_asked_about": _passed([row for row in variants if row.asks]),
        },
        "gains": {
            "variants, clicked less silent": _gain(variants, "silent", "clicked"),
            "variants, asked less silent": _gain(variants, "silent", "after"),
            "variants, asked less greedy": _gain(variants, "greedy", "after"),
            "variants, silent less greedy": _gain(variants, "greedy", "silent"),
            "all forms, asked less silent": _gain(rows, "silent", "after"),
            "clear, asked less silent": _gain(forms[CLEAR], "silent", "after"),
            "variants, examples shown less silent": _gain(variants, "silent", "shown"),
            "variants, examples shown less greedy": _gain(variants, "greedy", "shown"),
            "all forms, examples shown less silent": _gain(rows, "silent", "shown"),
        },
        "seconds_median": median([row.seconds for row in rows]),
    }


def aims(rows: Sequence[Row]) -> dict[str, Aim]:
    """Return what the suite is for."""
    variants = [row for row in rows if row.variant]
    clear = [row for row in rows if not row.variant]
    gain = difference([(float(row.silent), float(row.after)) for row in variants])
    shown = difference([(float(row.silent), float(row.shown)) for row in variants])
    return {
        "asks on variants": at_least(mean([row.asks for row in variants]), 0.70),
        "asks on clear tasks": at_most(mean([row.asks for row in clear]), 0.15),
        "pass@1, asked less silent, low end": above(gain.low, 0.0),
        "pass@1, asked and shown less silent, low end": above(shown.low, 0.0),
    }


def cases(rows: Sequence[Row]) -> list[Case]:
    """Return what `pillion eval clarify --compare` compares."""
    return [
        Case(
            f"{row.task} {row.form}",
            "clarify",
            {
                "asks": float(row.asks),
                "named": float(row.named),
                "pass_silent": float(row.silent),
                "pass_clicked": float(row.clicked),
                "pass_after": float(row.after),
                "pass_shown": float(row.shown),
            },
        )
        for row in rows
    ]


async def _told(task: Task, engine: Engine, cancel: Cancel) -> str:
    info = await engine.load()
    messages = [Message(Role.SYSTEM, TOLD), Message(Role.USER, f"{task.code.strip()}\n")]
    request = Request(chat(messages, info.chat_template), _TOLD_TOKENS, priority=Priority.CHAT)
    return (await write(engine, request, cancel))[0].text


def _passes(problem: Problem, task: Task, code: str) -> bool:
    spec = read(task)
    module = "\n\n\n".join(part for part in (spec.preamble, code) if part)
    names = re.findall(r"^(?:async )?def (\w+)\(", code, re.MULTILINE)
    if not names:
        return False
    return problem.passes(module, spec.name if spec.name in names else names[0])


def _changed(question: Question, said: str, task: Task, code: str) -> bool:
    """Whether the answer rules out the code that would have been written."""
    if said == YOU_DECIDE:
        return False
    example = agreed(Answer(question, said))
    if example is None:
        return True
    spec = read(task)
    names = re.findall(r"^def (\w+)\(", code, re.MULTILINE)
    module = "\n\n\n".join(part for part in (spec.preamble, code) if part)
    name = spec.name if spec.name in names else next(iter(names), "")
    return not same(outcomes(module, name, [example.call])[0], example.outcome)


def _share(values: Sequence[bool]) -> dict[str, float]:
    return {**wilson(sum(values), len(values))._asdict(), "n": len(values)}


def _passed(rows: Sequence[Row]) -> dict[str, object]:
    return {
        "greedy": _share([row.greedy for row in rows]),
        "silent": _share([row.silent for row in rows]),
        "clicked": _share([row.clicked for row in rows]),
        "asked": _share([row.after for row in rows]),
        "asked_and_shown": _share([row.shown for row in rows]),
    }


def _gain(rows: Sequence[Row], than: str, of: str) -> dict[str, float]:
    pairs = [(float(getattr(row, than)), float(getattr(row, of))) for row in rows]
    return difference(pairs)._asdict()


def _counts(values: Sequence[str]) -> dict[str, int]:
    return {value: values.count(value) for value in sorted(set(values))}
