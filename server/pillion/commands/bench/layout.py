"""`pillion bench layout`: prompt layouts compared on real keystrokes."""

from __future__ import annotations

import asyncio
import csv
import json
from dataclasses import asdict, fields
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pillion.app import make_engine
from pillion.base.errors import UsageError
from pillion.base.settings import Settings
from pillion.commands.bench.common import json_option, model_option, progress, seed_option
from pillion.eval import layouts, tasks
from pillion.eval.record import record


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--words",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Instead of FILES: ask once inside a word of each line of the fresh-fim tasks in this "
    "folder.",
)
@click.option("--sample", default=120, show_default=True, help="Tasks to take with --words.")
@click.option("--lines", default=6, show_default=True, help="Lines to type again, per file.")
@click.option("--every", default=1, show_default=True, help="Ask at each N-th character.")
@seed_option
@click.option(
    "--layout",
    "names",
    multiple=True,
    help="Only the layout of this name, or those with this in their name.",
)
@model_option
@click.option("--csv", "csv_path", type=click.Path(path_type=Path), help="Write a row per cursor.")
@json_option
def layout(
    files: tuple[Path, ...],
    words: Path | None,
    sample: int,
    lines: int,
    every: int,
    seed: int,
    names: tuple[str, ...],
    model: str,
    csv_path: Path | None,
    *,
    as_json: bool,
) -> None:
    """Compare prompt layouts: lines of FILES are typed again, character by character.

    Prints, for each layout, the tokens evaluated per keystroke, exact match, kept prefix and time
    to the first token. Use files that are newer than the model.
    """
    chosen = [item for item in layouts.LAYOUTS if not names or _named(item.name, names)]
    asked = [
        case
        for path in files
        for case in layouts.cases(path.resolve(), lines=lines, every=every, seed=seed)
    ]
    if words:
        kinds = ("line_cross", "line_any")
        chosen_tasks = tasks.load(words, kinds=kinds, sample=sample, seed=seed)
        asked += layouts.cases_inside_words(chosen_tasks, seed=seed)
    if not asked:
        raise UsageError("Name files to type again, or a folder of tasks with --words.")
    results = asyncio.run(_layouts(model, chosen, asked))
    summaries = {name: layouts.summary(rows) for name, rows in results.items()}
    if csv_path:
        _write_csv(csv_path, results)
    if as_json:
        asked_of = {"files": [path.name for path in files], "lines": lines, "every": every}
        result = {"layouts": summaries, **asked_of, "seed": seed}
        click.echo(json.dumps(result | record(Settings(model=model))))
    else:
        _show(summaries)


def _named(name: str, wanted: tuple[str, ...]) -> bool:
    """Tell whether a layout is meant: by its name, or by a part of it that is no other's name."""
    whole = {item.name for item in layouts.LAYOUTS}
    return any(name == part or (part not in whole and part in name) for part in wanted)


async def _layouts(
    model: str, chosen: list[layouts.Layout], asked: list[layouts.Case]
) -> dict[str, list[layouts.Result]]:
    settings = Settings(model=model)
    engine = make_engine(settings)
    budget = (settings.context_before, settings.context_after)
    results = {}
    try:
        with progress() as bar:
            for item in chosen:
                task = bar.add_task(item.name, total=len(asked))
                rows = []
                async for row in layouts.run(engine, item, asked, budget):
                    rows.append(row)
                    bar.advance(task)
                results[item.name] = rows
    finally:
        await engine.close()
    return results


def _write_csv(path: Path, results: dict[str, list[layouts.Result]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        names = ["layout", *(item.name for item in fields(layouts.Result))]
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        for name, rows in results.items():
            writer.writerows({"layout": name, **asdict(row)} for row in rows)


def _show(summaries: dict[str, dict[str, float]]) -> None:
    table = Table(box=None)
    table.add_column("layout")
    for heading in ("n", "evaluated", "exact", "kept prefix", "words", "first token"):
        table.add_column(heading, justify="right")
    for name, figures in summaries.items():
        table.add_row(
            name,
            f"{figures['n']:.0f}",
            f"{figures['evaluated_median']:.0f}",
            f"{figures['exact']:.0%}",
            f"{figures['kept_prefix']:.2f}",
            f"{figures['word']:.0%}",
            f"{figures['first_token_ms_median']:.0f} ms",
        )
    Console().print(table)
