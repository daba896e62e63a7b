"""`pillion eval hygiene`: defects of suggestions in real source, raw and shown."""

from __future__ import annotations

import asyncio
import csv
from itertools import islice
from pathlib import Path

import click

from pillion.app import make_engine
from pillion.base.settings import Settings
from pillion.commands.bench.common import json_option, model_option, progress, seed_option
from pillion.commands.eval.common import (
    compare_option,
    finish,
    html_option,
    sample_option,
    threads_option,
)
from pillion.eval import hygiene as suite
from pillion.eval.cursors import Sources
from pillion.eval.hygiene_report import report
from pillion.eval.record import record


@click.command()
@click.option(
    "--data",
    "folders",
    required=True,
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with source files; may be given several times.",
)
@sample_option(400, "Suggestions to see.")
@seed_option
@model_option
@threads_option
@click.option(
    "--rows",
    "rows_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep what the model wrote in this file, a JSON object a line, and go on from there: the "
    "model is not asked again, but what is shown is worked out anew.",
)
@click.option(
    "--csv",
    "csv_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a row per cursor.",
)
@html_option
@compare_option()
@json_option
def hygiene(
    folders: tuple[Path, ...],
    sample: int,
    seed: int,
    model: str,
    threads: int,
    rows_path: Path | None,
    csv_path: Path | None,
    html_path: Path | None,
    *,
    as_json: bool,
) -> None:
    """Count what is wrong with suggestions, as the model writes them and as they are shown.

    Asks at cursors in the source files, languages in turn, until so many suggestions were shown.
    Counts special tokens, code fences, repeated lines, doubled brackets, new syntax errors, wrong
    indentation and prose, none of which needs to know what the code means.
    """
    # A small window, as at a place that the model has not read yet: what it writes there is worse
    # than behind the whole one. And half the usual length, so that many places can be asked.
    settings = Settings(
        model=model,
        threads=threads,
        engine_mode="inproc",
        context_before=256,
        context_after=64,
        max_tokens=48,
    )
    sources, kept = Sources(folders), suite.Kept(rows_path)
    judged = asyncio.run(_run(settings, sources, kept, sample, seed))
    if csv_path:
        rows = [item.row() for item in judged]
        with csv_path.open("w", newline="", encoding="utf-8", errors="replace") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    circumstances = {"seed": seed, **record(settings)}
    if html_path:
        html_path.write_text(report(judged, circumstances), encoding="utf-8")
    result = {"suite": "hygiene", **suite.summary(judged)}
    aims = suite.aims(judged, sample)
    finish(result, suite.cases(judged), aims, circumstances, as_json=as_json)


async def _run(
    settings: Settings, sources: Sources, kept: suite.Kept, wanted: int, seed: int
) -> list[suite.Judged]:
    engine = make_engine(settings)
    judged: list[suite.Judged] = []
    try:
        with progress() as bar:
            task = bar.add_task("suggestions shown", total=wanted)
            # Where next to nothing is shown, this must end, too.
            for cursor in islice(sources.cursors(seed), wanted * 5):
                written = kept.written.get(cursor)
                if written is None:
                    written = await suite.ask(engine, settings, sources, cursor)
                    kept.add(written)
                judged.append(suite.judge(written, sources))
                shown = suite.shown_count(judged)
                bar.update(task, completed=shown)
                if shown == wanted:
                    break
    finally:
        await engine.close()
    return judged
