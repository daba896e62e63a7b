"""One walk from a request to code or to the one question whose answer changes the code.

Cheap checks come first: words that leave something open need no model. Then candidates are written
and run, held against the examples and against each other. Where they agree there is nothing to
ask; where they differ, the shortest input that tells them apart is what the question is about.
The rule is written down, with its thresholds, in `rule`.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from pillion.assist.clarify import behaviour, rule
from pillion.assist.clarify.behaviour import Behaviours
from pillion.assist.clarify.candidates import draft, earlier, joined
from pillion.assist.clarify.evidence import findings
from pillion.assist.clarify.inputs import inputs, parameters_of
from pillion.assist.clarify.intent import wants_code
from pillion.assist.clarify.mending import mend
from pillion.assist.clarify.proposals import propose
from pillion.assist.clarify.spec import Spec, agreed, read
from pillion.assist.clarify.task import Clear, Evidence, Verdict
from pillion.assist.clarify.wording import findings as open_words
from pillion.base.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pillion.assist.clarify.candidates import Candidate
    from pillion.assist.clarify.task import Budget, Task
    from pillion.engine.base import Cancel, Engine


async def consider(
    task: Task,
    engine: Engine,
    budget: Budget,
    cancel: Cancel,
    report: Callable[[str], None] = lambda _: None,
    *,
    session: str = "",
    watch: Callable[[rule.View], None] = lambda _: None,
) -> Verdict:
    """Return code, or a question; `report` gets one short line of what is being done.

    `watch` gets the drafts and what they do, where there are any.
    A request that does not ask for code is clear at once, with no code. After the budget's number
    of questions it answers, and the evidence tells what was assumed. A cancel ends it early with
    what there is. Raises `EngineError` when the model cannot answer.
    """
    if not wants_code(task):
        return Clear("")
    spec = read(task)
    may_ask = len(task.answers) < budget.questions
    noticed = [one for one in open_words(spec) if not rule.asked(task, one)]
    if may_ask and (question := rule.about_wording(noticed)):
        return question
    view = await weigh(task, engine, budget, cancel, report, session=session)
    if view is None:
        return Clear("", Evidence(samples=budget.samples))
    watch(view)
    question = rule.question(view) if may_ask and not cancel.is_set() else None
    return question or rule.answer(view)


async def weigh(
    task: Task,
    engine: Engine,
    budget: Budget,
    cancel: Cancel,
    report: Callable[[str], None] = lambda _: None,
    *,
    session: str = "",
) -> rule.View | None:
    """Write candidates and hold them against the examples and each other.

    None where none can be read. After a cancel nothing is run.
    Raises `EngineError` when the model cannot answer.
    """
    spec = read(task)
    report(f"Writing {budget.samples} drafts")
    drafts = await draft(spec, engine, budget, cancel, session)
    candidates = joined([*drafts, *earlier(spec, _before(task))])
    if not candidates:
        return None
    noticed = [one for one in open_words(spec) if not rule.asked(task, one)]
    # Of one draft, for somebody in a hurry, nothing is to be told apart or made better.
    proposed = await propose(spec, engine, budget, cancel, session) if budget.samples > 1 else []
    spec = with_head(spec, candidates)
    judged = [one.call for one in task.rejected]
    tried = list(dict.fromkeys([*judged, *inputs(spec, budget.inputs, proposed)]))
    report("Comparing what they do")

    async def hold(candidates: Sequence[Candidate]) -> rule.View:
        seen = await _observed(candidates, tried, cancel)
        held = findings(seen or _by_shape(candidates), spec.examples, task.rejected)
        return rule.View(task, spec, candidates, seen, held, noticed)

    view = await hold(candidates)
    for _ in range(budget.rounds if budget.samples > 1 else 0):
        best = rule.chosen(view)
        faults = rule.faults(view, best)
        if not faults or cancel.is_set():
            break
        report("Mending what does not do as you said")
        mended = await mend(
            spec, candidates[best], faults, engine, budget=budget, cancel=cancel, session=session
        )
        if not mended or cancel.is_set():
            break
        candidates = joined([*candidates, *mended])
        view = await hold(candidates)
    return view


def _before(task: Task) -> list[str]:
    """Return what was written before, while the text was the same but for examples."""
    asked = [code for answer in task.answers if agreed(answer) for code in answer.question.drafts]
    return list(dict.fromkeys([*task.drafts, *asked]))


def with_head(spec: Spec, candidates: Sequence[Candidate]) -> Spec:
    """Take the head that most candidates have where the request has none."""
    return spec if spec.head else parameters_of(spec, candidates)


async def _observed(
    candidates: Sequence[Candidate], calls: Sequence[str], cancel: Cancel
) -> Behaviours | None:
    """Return what the candidates do; None where nothing can be run, or after a cancel."""
    if cancel.is_set():
        return None
    running = asyncio.ensure_future(behaviour.observe(candidates, calls))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        # A token that is set when its loop is gone has nothing left to stop.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(running.cancel)

    cancel.on_set(stop)
    try:
        return await running
    except SandboxError:
        return None
    except asyncio.CancelledError:
        # The sandboxes that have begun end by themselves, in seconds.
        if cancel.is_set():
            return None
        raise


def _by_shape(candidates: Sequence[Candidate]) -> Behaviours:
    """Return behaviours of candidates that cannot be run: each shape of code is one."""
    rows = tuple((one.shape,) for one in candidates)
    return Behaviours(("",), rows, tuple(one.count for one in candidates))
