"""`pillion eval explain`: explanations judged by writing the code again from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.commands.eval.common import compare_option, finish
from pillion.commands.eval.run import collect, run_options
from pillion.eval import round_trip
from pillion.eval.humaneval import load_functions
from pillion.eval.record import protections

if TYPE_CHECKING:
    from pillion.commands.eval.run import Run


@click.command()
@run_options(40)
@compare_option()
def explain(run: Run) -> None:
    """Explain functions of HumanEval, write them again from that alone, and run their tests.

    The round trip from code to a description and back: the same as `pillion eval roundtrip`.
    The functions are explained without their docstrings: as the model does it when it is simply
    asked (plain), and as Pillion does it (grounded), also with the model's part of that alone
    (sentences). What the model wrote runs in the sandbox only.
    """
    tasks = {task.id: task for task in load_functions(run.data, sample=run.sample, seed=run.seed)}
    engine = make_engine(run.settings)
    rows = collect(
        run,
        engine,
        round_trip.Row,
        tasks,
        lambda task: round_trip.judged(engine, task),
        lambda row: row.task,
    )
    result: dict[str, object] = {
        "suite": "explain",
        "ways": round_trip.summary(rows),
        "grounded_less_plain": round_trip.gain(rows),
    }
    circumstances = run.circumstances(sandbox=protections(rows))
    finish(
        result, round_trip.cases(rows), round_trip.aims(rows), circumstances, as_json=run.as_json
    )
