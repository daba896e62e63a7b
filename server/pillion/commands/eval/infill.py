"""`pillion eval infill`: the missing line of a function, judged by the function's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.commands.eval.common import compare_option, finish, html_option
from pillion.commands.eval.run import collect, run_options
from pillion.eval import infilling
from pillion.eval.asking import Asker
from pillion.eval.humaneval import load_infilling
from pillion.eval.infilling_report import INFILL, report
from pillion.eval.record import protections

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.commands.eval.run import Run
    from pillion.eval.humaneval import Exercise


@click.command()
@run_options(150)
@html_option
@compare_option()
def infill(run: Run, html_path: Path | None) -> None:
    """Fill in a missing line of HumanEval's functions and run their tests.

    The data are those of human-eval-infilling. Each task is answered at the same cursor as the
    model writes behind the usual prompt (raw), by the first line of that (line), and as Pillion
    shows it (shown). What the model wrote runs in the sandbox only.
    """
    tasks = {task.id: task for task in load_infilling(run.data, sample=run.sample, seed=run.seed)}
    engine = make_engine(run.settings)
    asker = Asker(engine, run.settings)

    async def measure(task: Exercise) -> list[infilling.Row]:
        answers = await asker.ask(task.snapshot, task.offset)
        return await infilling.judged(task, answers)

    rows = collect(run, engine, infilling.Row, tasks, measure, lambda row: row.task)
    result: dict[str, object] = {
        "suite": "infill",
        "ways": infilling.summary(rows),
        "shown_less_raw": infilling.gains(rows, "raw"),
        "shown_less_line": infilling.gains(rows, "line"),
    }
    circumstances = run.circumstances(sandbox=protections(rows))
    if html_path:
        html_path.write_text(report("Infilling", INFILL, rows, circumstances), encoding="utf-8")
    finish(result, infilling.cases(rows), infilling.aims(rows), circumstances, as_json=run.as_json)
