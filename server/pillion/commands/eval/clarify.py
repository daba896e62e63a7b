"""`pillion eval clarify`: does it ask when it should, and what are the answers worth?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.assist.clarify.task import Budget
from pillion.base.settings import Settings
from pillion.commands.bench.common import json_option, model_option, progress, seed_option
from pillion.commands.eval.common import (
    cache_option,
    compare_option,
    csv_option,
    data_option,
    finish,
    sample_option,
    threads_option,
    warn_of_limits,
)
from pillion.eval import clarifying
from pillion.eval.cases import Cases
from pillion.eval.comm import load_problems
from pillion.eval.record import record
from pillion.eval.remembered import Remembered

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.eval.comm import Problem


@click.command()
@data_option()
@sample_option(30)
@click.option("--skip", default=0, show_default=True, help="Tasks to leave out at the beginning.")
@seed_option
@model_option
@threads_option
@click.option("--drafts", default=Budget().samples, show_default=True, help="Drafts of a function.")
@cache_option
@csv_option
@compare_option()
@json_option
def clarify(
    data: Path,
    sample: int,
    skip: int,
    seed: int,
    model: str,
    threads: int,
    drafts: int,
    cache: Path | None,
    csv_path: Path | None,
    *,
    as_json: bool,
) -> None:
    """Ask about tasks that are ambiguous, contradictory or incomplete, and about clear ones.

    The data are those of human-eval-comm. A simulated user answers by running the reference, which
    the model never sees; then the functions' tests judge what is written without asking and after
    the answers. What the model wrote runs in the sandbox only.
    """
    problems = load_problems(data, sample=sample, seed=seed, offset=skip)
    settings = Settings(model=model, threads=threads, engine_mode="inproc")
    cases = Cases(clarifying.Row, csv_path)
    warn_of_limits()
    asyncio.run(_run(settings, problems, cases, cache, Budget(samples=drafts)))
    chosen = {problem.id for problem in problems}
    rows = [row for row in cases.rows if row.task in chosen]
    result: dict[str, object] = {"suite": "clarify", **clarifying.summary(rows)}
    circumstances = {"seed": seed, "skip": skip, "drafts": drafts, **record(settings)}
    aims = clarifying.aims(rows)
    finish(result, clarifying.cases(rows), aims, circumstances, as_json=as_json)


async def _run(
    settings: Settings,
    problems: list[Problem],
    cases: Cases[clarifying.Row],
    cache: Path | None,
    budget: Budget,
) -> None:
    done = {(row.task, row.form) for row in cases.rows}
    left = [
        (problem, form)
        for problem in problems
        for form in problem.forms
        if (problem.id, form) not in done
    ]
    if not left:
        return
    engine = Remembered(make_engine(settings), cache, settings.model)
    try:
        with progress() as bar:
            for problem, form in bar.track(left, description="tasks"):
                cases.add(await clarifying.measure(problem, form, engine, budget))
    finally:
        await engine.close()
