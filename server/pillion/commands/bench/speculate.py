"""`pillion bench speculate`: what drafting tokens from the text at hand gains."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

import click

from pillion.app import make_engine
from pillion.base.settings import Settings
from pillion.commands.bench.common import (
    engine_option,
    json_option,
    model_option,
    progress,
    seed_option,
    show,
    sources,
)
from pillion.eval import speculate as suite
from pillion.eval.record import record


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--prompts", default=50, show_default=True, help="Cursors in all, half of each class."
)
@seed_option
@model_option
@engine_option
@json_option
def speculate(
    files: tuple[Path, ...], prompts: int, seed: int, model: str, engine: str, *, as_json: bool
) -> None:
    """Compare writing with and without drafts, at cursors in FILES.

    A cursor stands where eight lines of a file were taken out. It counts as `repeats` if at least
    half of the word trigrams of these lines stand above them, too, and as `elsewhere` if at most a
    tenth do. Reports whether the greedy output is the same, and how much faster it is written.
    Without FILES, source of installed packages is used.
    """
    chosen = sources(files, 40, seed)
    asked = suite.cases(chosen, per_kind=-(-prompts // 2), seed=seed)
    settings = Settings(model=model, engine_mode=engine, engine_idle_seconds=0)
    results = asyncio.run(_run(settings, asked))
    result = {"classes": suite.summary(results), "prompts": [asdict(item) for item in results]}
    circumstances = {"files": len(chosen), "seed": seed, **record(settings)}
    if not as_json:
        del result["prompts"]
    show(result, suite.aims(results), circumstances, as_json=as_json)


async def _run(settings: Settings, asked: list[suite.Case]) -> list[suite.Result]:
    engine, results = make_engine(settings), []
    try:
        with progress() as bar:
            task = bar.add_task("prompts", total=len(asked))
            async for item in suite.run(engine, asked):
                results.append(item)
                bar.advance(task)
    finally:
        await engine.close()
    return results
