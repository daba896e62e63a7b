"""`pillion eval repo`: pieces of real repositories, with and without the rest of the repository."""

from __future__ import annotations

import asyncio
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.commands.bench.common import progress
from pillion.commands.eval.common import compare_option, finish
from pillion.commands.eval.run import run_options
from pillion.eval import repo as suite
from pillion.eval import tasks
from pillion.eval.cases import Cases
from pillion.eval.checkout import Checkout
from pillion.eval.recording import RecordedEngine

if TYPE_CHECKING:
    from pillion.commands.eval.run import Run
    from pillion.engine.base import Engine
    from pillion.eval.tasks import Task

KINDS = ("line_cross", "line_any")


@click.command()
@run_options(176, "Lines to take.")
@click.option(
    "--context",
    "ways",
    type=click.Choice(suite.WAYS),
    multiple=True,
    default=("window", "full"),
    show_default=True,
    help="What the model sees: nothing but the line, the document, or code from elsewhere, too. "
    "May be given several times; the ways are then compared on the same lines.",
)
@click.option("--blocks", default=30, show_default=True, help="Blocks to take.")
@click.option(
    "--rows",
    "rows_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep what the model wrote in this file, a JSON object a line: it is not asked the same "
    "again, but what is shown is worked out anew.",
)
@compare_option()
def repo(run: Run, ways: tuple[str, ...], blocks: int, rows_path: Path | None) -> None:
    """Fill in lines and blocks of the fresh-fim repositories, which are newer than the model.

    Each line is cut out of its repository and asked for at its start, after a third and after two
    thirds of it; each block at its start. The main figure is the kept prefix: the share of what is
    missing that the suggestion gets right from its start. Where nothing is shown, it is zero.
    """
    chosen = tasks.load(run.data, kinds=KINDS, sample=run.sample, seed=run.seed)
    chosen += tasks.load(run.data, kinds=(suite.BLOCK,), sample=blocks, seed=run.seed)
    chosen = run.part(chosen)
    cases = Cases(suite.Row, run.csv_path)
    engine = RecordedEngine(make_engine(run.settings), rows_path)
    asyncio.run(_run(run, engine, chosen, ways, cases))
    ids = {task.id for task in chosen}
    rows = [row for row in cases.rows if row.task in ids and row.way in ways]
    result: dict[str, object] = {"suite": "repo", "ways": suite.summary(rows)}
    for first, second in pairwise(ways):
        result[f"{second}_less_{first}"] = suite.gains(rows, first, second)
    circumstances = run.circumstances()
    finish(result, suite.cases(rows), suite.aims(rows), circumstances, as_json=run.as_json)


async def _run(
    run: Run,
    engine: Engine,
    chosen: list[Task],
    ways: tuple[str, ...],
    cases: Cases[suite.Row],
) -> None:
    # Not `collect`: a repository is unpacked once for all of its lines.
    done = {(row.task, row.way) for row in cases.rows}
    left = [task for task in chosen if any((task.id, way) not in done for way in ways)]
    try:
        with progress() as bar, tempfile.TemporaryDirectory(prefix="pillion-eval-") as folder:
            track = bar.add_task("places", total=len(left))
            for name in dict.fromkeys(task.repo for task in left):
                checkout = Checkout(run.data, name, Path(folder) / name.replace("/", "+"))
                askers = [suite.Asker(engine, run.settings, way, checkout) for way in ways]
                for task in (task for task in left if task.repo == name):
                    if run.over:
                        break
                    with checkout.without(task):
                        for asker in askers:
                            if (task.id, asker.way) in done:
                                continue
                            # All cursors at once, so that no line is ever half there.
                            cases.add(*[row async for row in asker.ask(task)])
                    bar.advance(track)
                checkout.close()
    finally:
        await engine.close()
