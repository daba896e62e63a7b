"""`pillion eval repair`: programs with one wrong line, fixed by one answer and by the loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.commands.eval.common import compare_option, finish
from pillion.commands.eval.run import collect, run_options
from pillion.eval import repairing
from pillion.eval.quixbugs import load

if TYPE_CHECKING:
    from pillion.commands.eval.run import Run


@click.command()
@run_options(40)
@compare_option()
def repair(run: Run) -> None:
    """Repair the programs of QuixBugs, each with one wrong line.

    Half of a program's tests are seen, all of them judge: what passes the half and not the whole
    is counted as overfitted. Code runs in the sandbox only.
    """
    programs = {one.name: one for one in load(run.data, sample=run.sample, seed=run.seed)}
    engine = make_engine(run.settings)
    rows = collect(
        run,
        engine,
        repairing.Row,
        programs,
        lambda program: repairing.repaired(program, engine, run.seed),
        lambda row: row.program,
    )
    result: dict[str, object] = {"suite": "repair", "ways": repairing.summary(rows)}
    finish(
        result,
        repairing.cases(rows),
        repairing.aims(rows),
        run.circumstances(),
        as_json=run.as_json,
    )
