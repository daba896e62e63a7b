"""`pillion bench`: speed and quality measured on this machine."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import platform
import subprocess
from dataclasses import asdict, fields
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from pillion import __version__
from pillion.app import make_engine
from pillion.base.settings import Settings
from pillion.eval import layouts


@click.group()
def bench() -> None:
    """Measure speed and quality on this machine."""


@bench.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--lines", default=6, show_default=True, help="Lines to type again, per file.")
@click.option("--every", default=1, show_default=True, help="Ask at each N-th character.")
@click.option("--seed", default=1, show_default=True, help="Chooses the lines.")
@click.option("--layout", "names", multiple=True, help="Only layouts with this in their name.")
@click.option("--model", default=Settings().model, show_default=True)
@click.option("--csv", "csv_path", type=click.Path(path_type=Path), help="Write a row per cursor.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def layout(
    files: tuple[Path, ...],
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
    chosen = [
        item for item in layouts.LAYOUTS if not names or any(name in item.name for name in names)
    ]
    asked = [
        case
        for path in files
        for case in layouts.cases(path.resolve(), lines=lines, every=every, seed=seed)
    ]
    results = asyncio.run(_layouts(model, chosen, asked))
    summaries = {name: layouts.summary(rows) for name, rows in results.items()}
    if csv_path:
        _write_csv(csv_path, results)
    if as_json:
        record = {"layouts": summaries, "files": [path.name for path in files], **_setup(model)}
        click.echo(json.dumps(record | {"lines": lines, "every": every, "seed": seed}))
    else:
        _show(summaries)


async def _layouts(
    model: str, chosen: list[layouts.Layout], asked: list[layouts.Case]
) -> dict[str, list[layouts.Result]]:
    settings = Settings(model=model)
    engine = make_engine(settings)
    budget = (settings.context_before, settings.context_after)
    results = {}
    try:
        with Progress(console=Console(stderr=True)) as progress:
            for item in chosen:
                task = progress.add_task(item.name, total=len(asked))
                rows = []
                async for row in layouts.run(engine, item, asked, budget):
                    rows.append(row)
                    progress.advance(task)
                results[item.name] = rows
    finally:
        await engine.close()
    return results


def _setup(model: str) -> dict[str, object]:
    """Return what a later reader needs to compare: model, version, commit, machine."""
    git = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]
    try:
        commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        commit = ""
    return {
        "model": model,
        "version": __version__,
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
    }


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
    for heading in ("n", "evaluated", "exact", "kept prefix", "first token"):
        table.add_column(heading, justify="right")
    for name, figures in summaries.items():
        table.add_row(
            name,
            f"{figures['n']:.0f}",
            f"{figures['evaluated_median']:.0f}",
            f"{figures['exact']:.0%}",
            f"{figures['kept_prefix']:.2f}",
            f"{figures['first_token_ms_median']:.0f} ms",
        )
    Console().print(table)
