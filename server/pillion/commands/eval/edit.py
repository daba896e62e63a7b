"""`pillion eval edit`: instructed changes of programs, judged by the programs' tests."""

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
from pillion.eval import editing
from pillion.eval.canitedit import load_tasks
from pillion.eval.cases import Cases
from pillion.eval.record import record

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.eval.canitedit import Task


@click.command()
@data_option()
@sample_option(80)
@seed_option
@model_option
@threads_option
@csv_option
@minutes_option
@compare_option()
@json_option
def edit(
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
    """Change programs as CanItEdit's instructions say and run their tests.

    Programs that need libraries beyond Python's own are left out. The range is the whole program.
    The model's first answer is judged as it is (raw), and so is what Pillion makes of it with all
    checks and further rounds (checked). What the model wrote runs in the sandbox only.
    """
    tasks = load_tasks(data, sample=sample, seed=seed)
    settings = Settings(model=model, threads=threads, engine_mode="inproc")
    cases = Cases(editing.Row, csv_path)
    warn_of_limits()
    asyncio.run(_run(settings, tasks, cases, minutes))
    chosen = {task.id for task in tasks}
    rows = [row for row in cases.rows if row.task in chosen]
    result: dict[str, object] = {
        "suite": "edit",
        "ways": editing.summary(rows),
        "checked_less_raw": editing.gain(rows),
    }
    circumstances = {"seed": seed, "sandbox": editing.protections(rows), **record(settings)}
    finish(result, editing.cases(rows), editing.aims(rows), circumstances, as_json=as_json)


async def _run(
    settings: Settings, tasks: list[Task], cases: Cases[editing.Row], minutes: float
) -> None:
    done = {row.task for row in cases.rows}
    left = [task for task in tasks if task.id not in done]
    if not left:
        return
    engine = make_engine(settings)
    end = time.monotonic() + minutes * 60
    try:
        with progress() as bar:
            for task in bar.track(left, description="edits"):
                if minutes and time.monotonic() > end:
                    break
                # Both rows at once, so that no task is ever half there.
                for row in await editing.judged(engine, task, rounds=settings.edit_rounds):
                    cases.add(row)
    finally:
        await engine.close()
