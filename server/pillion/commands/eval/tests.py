"""`pillion eval tests`: tests for functions, judged by the functions and their mutants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.commands.eval.common import compare_option, finish
from pillion.commands.eval.run import collect, run_options
from pillion.eval import testing
from pillion.eval.humaneval import load_functions

if TYPE_CHECKING:
    from pillion.commands.eval.run import Run


@click.command()
@run_options(40)
@compare_option()
def tests(run: Run) -> None:
    """Write tests for functions of HumanEval that are right.

    Judged by whether the tests pass on the function, and by how many of its mutants they catch;
    these are made by mutmut. Compared with one plain answer of the model. Code runs in the sandbox.
    """
    tasks = {task.id: task for task in load_functions(run.data, sample=run.sample, seed=run.seed)}
    engine = make_engine(run.settings)
    rows = collect(
        run,
        engine,
        testing.Row,
        tasks,
        lambda task: testing.measured(task, engine, run.seed),
        lambda row: row.task,
    )
    result: dict[str, object] = {"suite": "tests", "ways": testing.summary(rows)}
    finish(
        result, testing.cases(rows), testing.aims(rows), run.circumstances(), as_json=run.as_json
    )
