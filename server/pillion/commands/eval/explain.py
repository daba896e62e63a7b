"""`pillion eval explain`: explanations judged by writing the code again from them."""

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
    minutes_option,
    sample_option,
    threads_option,
    warn_of_limits,
)
from pillion.eval import round_trip
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
@minutes_option
@compare_option()
@json_option
def explain(
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
    """Explain functions of HumanEval, write them again from that alone, and run their tests.

    The functions are explained without their docstrings: as the model does it when it is simply
    asked (plain), and as Pillion does it (grounded), also with the model's part of that alone
    (sentences). What the model wrote runs in the sandbox only.
    """
    tasks = load_functions(data, sample=sample, seed=seed)
    settings = Settings(model=model, threads=threads, engine_mode="inproc")
    cases = Cases(round_trip.Row, csv_path)
    warn_of_limits()
    asyncio.run(_run(settings, tasks, cases, minutes))
    chosen = {task.id for task in tasks}
    rows = [row for row in cases.rows if row.task in chosen]
    result: dict[str, object] = {
        "suite": "explain",
        "ways": round_trip.summary(rows),
        "grounded_less_plain": round_trip.gain(rows),
    }
    circumstances = {"seed": seed, "sandbox": round_trip.protections(rows), **record(settings)}
    finish(result, round_trip.cases(rows), round_trip.aims(rows), circumstances, as_json=as_json)


async def _run(
    settings: Settings, tasks: list[Exercise], cases: Cases[round_trip.Row], minutes: float
) -> None:
    done = {row.task for row in cases.rows}
    left = [task for task in tasks if task.id not in done]
    if not left:
        return
    engine = make_engine(settings)
    end = time.monotonic() + minutes * 60
    try:
        with progress() as bar:
            for task in bar.track(left, description="functions"):
                if minutes and time.monotonic() > end:
                    break
                # All rows at once, so that no task is ever half there.
                for row in await round_trip.judged(engine, task):
                    cases.add(row)
    finally:
        await engine.close()
