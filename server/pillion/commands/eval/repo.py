"""`pillion eval repo`: pieces of real repositories, with and without the rest of the repository."""

from __future__ import annotations

import asyncio
import tempfile
from itertools import pairwise
from pathlib import Path
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
)
from pillion.eval import repo as suite
from pillion.eval import tasks
from pillion.eval.cases import Cases
from pillion.eval.checkout import Checkout
from pillion.eval.record import record
from pillion.eval.recording import RecordedEngine

if TYPE_CHECKING:
    from pillion.engine.base import Engine
    from pillion.eval.tasks import Task

KINDS = ("line_cross", "line_any")


@click.command()
@data_option()
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
@sample_option(176, "Lines to take.")
@click.option("--blocks", default=30, show_default=True, help="Blocks to take.")
@seed_option
@model_option
@threads_option
@click.option(
    "--rows",
    "rows_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep what the model wrote in this file, a JSON object a line: it is not asked the same "
    "again, but what is shown is worked out anew.",
)
@csv_option
@compare_option()
@json_option
def repo(
    data: Path,
    ways: tuple[str, ...],
    sample: int,
    blocks: int,
    seed: int,
    model: str,
    threads: int,
    rows_path: Path | None,
    csv_path: Path | None,
    *,
    as_json: bool,
) -> None:
    """Fill in lines and blocks of the fresh-fim repositories, which are newer than the model.

    Each line is cut out of its repository and asked for at its start, after a third and after two
    thirds of it; each block at its start. The main figure is the kept prefix: the share of what is
    missing that the suggestion gets right from its start. Where nothing is shown, it is zero.
    """
    chosen = tasks.load(data, kinds=KINDS, sample=sample, seed=seed)
    chosen += tasks.load(data, kinds=(suite.BLOCK,), sample=blocks, seed=seed)
    settings = Settings(model=model, threads=threads, engine_mode="inproc")
    cases = Cases(suite.Row, csv_path)
    engine = RecordedEngine(make_engine(settings), rows_path)
    asyncio.run(_run(engine, settings, data, chosen, ways, cases))
    ids = {task.id for task in chosen}
    rows = [row for row in cases.rows if row.task in ids and row.way in ways]
    result: dict[str, object] = {"suite": "repo", "ways": suite.summary(rows)}
    for first, second in pairwise(ways):
        result[f"{second}_less_{first}"] = suite.gains(rows, first, second)
    circumstances = {"seed": seed, **record(settings)}
    finish(result, suite.cases(rows), suite.aims(rows), circumstances, as_json=as_json)


async def _run(
    engine: Engine,
    settings: Settings,
    data: Path,
    chosen: list[Task],
    ways: tuple[str, ...],
    cases: Cases[suite.Row],
) -> None:
    done = {(row.task, row.way) for row in cases.rows}
    left = [task for task in chosen if any((task.id, way) not in done for way in ways)]
    try:
        with progress() as bar, tempfile.TemporaryDirectory(prefix="pillion-eval-") as folder:
            track = bar.add_task("places", total=len(left))
            for name in dict.fromkeys(task.repo for task in left):
                checkout = Checkout(data, name, Path(folder) / name.replace("/", "+"))
                askers = [suite.Asker(engine, settings, way, checkout) for way in ways]
                for task in (task for task in left if task.repo == name):
                    with checkout.without(task):
                        for asker in askers:
                            if (task.id, asker.way) in done:
                                continue
                            # All cursors at once, so that no line is ever half there.
                            for row in [row async for row in asker.ask(task)]:
                                cases.add(row)
                    bar.advance(track)
                checkout.close()
    finally:
        await engine.close()
