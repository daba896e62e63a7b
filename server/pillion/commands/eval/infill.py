"""`pillion eval infill`: the missing line of a function, judged by the function's tests."""

from __future__ import annotations

import asyncio
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
    html_option,
    sample_option,
    threads_option,
    warn_of_limits,
)
from pillion.eval import infilling
from pillion.eval.asking import WAYS, Asker
from pillion.eval.cases import Cases
from pillion.eval.humaneval import load_infilling
from pillion.eval.infilling_report import INFILL, report
from pillion.eval.record import record

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.eval.humaneval import Exercise


@click.command()
@data_option()
@sample_option(150)
@seed_option
@model_option
@threads_option
@csv_option
@html_option
@compare_option()
@json_option
def infill(
    data: Path,
    sample: int,
    seed: int,
    model: str,
    threads: int,
    csv_path: Path | None,
    html_path: Path | None,
    *,
    as_json: bool,
) -> None:
    """Fill in a missing line of HumanEval's functions and run their tests.

    The data are those of human-eval-infilling. Each task is answered at the same cursor as the
    model writes behind the usual prompt (raw), by the first line of that (line), and as Pillion
    shows it (shown). What the model wrote runs in the sandbox only.
    """
    tasks = load_infilling(data, sample=sample, seed=seed)
    settings = Settings(model=model, threads=threads, engine_mode="inproc")
    cases = Cases(infilling.Row, csv_path)
    warn_of_limits()
    asyncio.run(_run(settings, tasks, cases))
    chosen = {task.id for task in tasks}
    rows = [row for row in cases.rows if row.task in chosen]
    result: dict[str, object] = {
        "suite": "infill",
        "ways": infilling.summary(rows),
        "shown_less_raw": infilling.gains(rows, "raw"),
        "shown_less_line": infilling.gains(rows, "line"),
    }
    circumstances = {"seed": seed, "sandbox": infilling.protections(rows), **record(settings)}
    if html_path:
        html_path.write_text(report("Infilling", INFILL, rows, circumstances), encoding="utf-8")
    finish(result, infilling.cases(rows), infilling.aims(rows), circumstances, as_json=as_json)


async def _run(settings: Settings, tasks: list[Exercise], cases: Cases[infilling.Row]) -> None:
    done = {(row.task, row.way) for row in cases.rows}
    missing = {task.id: [way for way in WAYS if (task.id, way) not in done] for task in tasks}
    left = [task for task in tasks if missing[task.id]]
    if not left:
        return
    engine = make_engine(settings)
    asker = Asker(engine, settings)
    try:
        with progress() as bar:
            for task in bar.track(left, description="tasks"):
                answers = await asker.ask(task.snapshot, task.offset, missing[task.id])
                # All rows at once, so that no task is ever half there.
                for row in await infilling.judged(task, answers):
                    cases.add(row)
    finally:
        await engine.close()
