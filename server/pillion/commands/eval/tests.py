"""`pillion eval tests`: tests for functions, judged by the functions and their mutants."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.base.settings import Settings
from pillion.commands.bench.common import json_option, model_option, progress, seed_option
from pillion.commands.eval.common import (
    compare_option,
    csv_option,
    data_option,
    finish,
    sample_option,
    threads_option,
    warn_of_limits,
)
from pillion.eval import testing
from pillion.eval.cases import Cases
from pillion.eval.humaneval import load_functions
from pillion.eval.record import record

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.eval.humaneval import Exercise


@click.command()
@data_option()
@sample_option(40)
@seed_option
@model_option
@threads_option
@csv_option
@click.option("--minutes", type=float, default=0.0, help="Stop after so long; --csv goes on.")
@compare_option()
@json_option
def tests(
    data: Path,
    sample: int,
    seed: int,
    model: str,
    threads: int,
    csv_path: Path | None,
    minutes: float,
    *,
    as_json: bool,
) -> None:
    """Write tests for functions of HumanEval that are right.

    Judged by whether the tests pass on the function, and by how many of its mutants they catch;
    these are made by mutmut. Compared with one plain answer of the model. Code runs in the sandbox.
    """
    tasks = load_functions(data, sample=sample, seed=seed)
    settings = Settings(model=model, threads=threads, engine_mode="inproc")
    rows = Cases(testing.Row, csv_path)
    warn_of_limits()
    asyncio.run(_run(settings, tasks, rows, seed, minutes))
    chosen = {task.id for task in tasks}
    kept = [row for row in rows.rows if row.task in chosen]
    result: dict[str, object] = {"suite": "tests", "ways": testing.summary(kept)}
    circumstances = {"seed": seed, **record(settings)}
    finish(result, testing.cases(kept), testing.aims(kept), circumstances, as_json=as_json)


async def _run(
    settings: Settings,
    tasks: list[Exercise],
    rows: Cases[testing.Row],
    seed: int,
    minutes: float,
) -> None:
    done = {row.task for row in rows.rows}
    left = [task for task in tasks if task.id not in done]
    end = time.monotonic() + minutes * 60 if minutes else float("inf")
    if not left:
        return
    engine = make_engine(settings)
    try:
        with progress() as bar:
            for task in bar.track(left, description="functions"):
                if time.monotonic() > end:
                    break
                # Both rows at once, so that no task is ever half there.
                for row in await testing.measured(task, engine, seed):
                    rows.add(row)
    finally:
        await engine.close()
