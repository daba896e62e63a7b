"""`pillion eval clarify`: does it ask when it should, and what are the answers worth?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.assist.clarify.task import Budget
from pillion.commands.eval.common import cache_option, compare_option, finish
from pillion.commands.eval.run import collect, run_options
from pillion.eval import clarifying
from pillion.eval.comm import load_problems
from pillion.eval.remembered import Remembered

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.commands.eval.run import Run
    from pillion.eval.comm import Problem


@click.command()
@run_options(30)
@click.option("--skip", default=0, show_default=True, help="Tasks to leave out at the beginning.")
@click.option("--drafts", default=Budget().samples, show_default=True, help="Drafts of a function.")
@cache_option
@compare_option()
def clarify(run: Run, skip: int, drafts: int, cache: Path | None) -> None:
    """Ask about tasks that are ambiguous, contradictory or incomplete, and about clear ones.

    The data are those of human-eval-comm. A simulated user answers by running the reference, which
    the model never sees; then the functions' tests judge what is written without asking and after
    the answers. What the model wrote runs in the sandbox only.
    """
    problems = load_problems(run.data, sample=run.sample, seed=run.seed, offset=skip)
    engine = Remembered(make_engine(run.settings), cache, run.model)

    async def measure(case: tuple[Problem, str]) -> list[clarifying.Row]:
        return [await clarifying.measure(*case, engine, Budget(samples=drafts))]

    rows = collect(
        run,
        engine,
        clarifying.Row,
        {(one.id, form): (one, form) for one in problems for form in one.forms},
        measure,
        lambda row: (row.task, row.form),
    )
    result: dict[str, object] = {"suite": "clarify", **clarifying.summary(rows)}
    circumstances = run.circumstances(skip=skip, drafts=drafts)
    aims = clarifying.aims(rows)
    finish(result, clarifying.cases(rows), aims, circumstances, as_json=run.as_json)
