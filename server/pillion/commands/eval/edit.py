"""`pillion eval edit`: instructed changes of programs, judged by the programs' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.commands.eval.common import cache_option, compare_option, finish
from pillion.commands.eval.run import collect, run_options
from pillion.eval import editing
from pillion.eval.canitedit import load_tasks
from pillion.eval.record import protections
from pillion.eval.recording import RecordedEngine

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.commands.eval.run import Run


@click.command()
@run_options(80)
@cache_option
@compare_option()
def edit(run: Run, cache: Path | None) -> None:
    """Change programs as CanItEdit's instructions say and run their tests.

    Programs that need libraries beyond Python's own are left out. The range is the whole program.
    The model's first answer is judged as it is (raw), and so is what Pillion makes of it with all
    checks and further rounds (checked). What the model wrote runs in the sandbox only.
    """
    tasks = {task.id: task for task in load_tasks(run.data, sample=run.sample, seed=run.seed)}
    engine = RecordedEngine(make_engine(run.settings), cache)
    rows = collect(
        run,
        engine,
        editing.Row,
        tasks,
        lambda task: editing.judged(engine, task, rounds=run.settings.edit_rounds),
        lambda row: row.task,
    )
    result: dict[str, object] = {
        "suite": "edit",
        "ways": editing.summary(rows),
        "checked_less_raw": editing.gain(rows),
    }
    circumstances = run.circumstances(sandbox=protections(rows))
    finish(result, editing.cases(rows), editing.aims(rows), circumstances, as_json=run.as_json)
