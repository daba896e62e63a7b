"""`pillion eval repair`: programs with one wrong line, fixed by one answer and by the loop."""

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
    sample_option,
    threads_option,
    warn_of_limits,
)
from pillion.eval import repairing
from pillion.eval.cases import Cases
from pillion.eval.quixbugs import load
from pillion.eval.record import record

if TYPE_CHECKING:
    from pathlib import Path

    from pillion.eval.quixbugs import Program


@click.command()
@data_option()
@sample_option(40)
@seed_option
@model_option
@threads_option
@csv_option
@click.option("--limit", type=int, default=0, help="Stop after so many programs; --csv goes on.")
@compare_option()
@json_option
def repair(
    data: Path,
    sample: int,
    seed: int,
    model: str,
    threads: int,
    csv_path: Path | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Repair the programs of QuixBugs, each with one wrong line.

    Half of a program's tests are seen, all of them judge: what passes the half and not the whole
    is counted as overfitted. Code runs in the sandbox only.
    """
    programs = load(data, sample=sample, seed=seed)
    settings = Settings(model=model, threads=threads, engine_mode="inproc")
    rows = Cases(repairing.Row, csv_path)
    warn_of_limits()
    asyncio.run(_run(settings, programs, rows, seed, limit))
    chosen = {program.name for program in programs}
    kept = [row for row in rows.rows if row.program in chosen]
    result: dict[str, object] = {"suite": "repair", "ways": repairing.summary(kept)}
    circumstances = {"seed": seed, **record(settings)}
    finish(result, repairing.cases(kept), repairing.aims(kept), circumstances, as_json=as_json)


async def _run(
    settings: Settings,
    programs: list[Program],
    rows: Cases[repairing.Row],
    seed: int,
    limit: int,
) -> None:
    done = {row.program for row in rows.rows}
    left = [program for program in programs if program.name not in done]
    if limit:
        left = left[:limit]
    if not left:
        return
    engine = make_engine(settings)
    try:
        with progress() as bar:
            for program in bar.track(left, description="programs"):
                # Both rows at once, so that no program is ever half there.
                for row in await repairing.repaired(program, engine, seed):
                    rows.add(row)
    finally:
        await engine.close()
