"""`pillion bench cancel`: how soon a cancel frees the engine, and what it loses."""

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
from pillion.eval import cancel as suite
from pillion.eval.record import record


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--trials", default=20, show_default=True, help="Prompts to cancel, once each.")
@seed_option
@model_option
@engine_option
@json_option
def cancel(
    files: tuple[Path, ...], trials: int, seed: int, model: str, engine: str, *, as_json: bool
) -> None:
    """Cancel inside the reading of 1,500-token prompts, cut from FILES, at random moments.

    Reports how long it takes until the engine is free, and how many of the tokens that were
    finished the next request evaluates again. Without FILES, source of installed packages is used.
    """
    chosen = sources(files, 20, seed)
    texts = suite.prompts(chosen, count=trials + 1, seed=seed)
    settings = Settings(model=model, engine_mode=engine, engine_idle_seconds=0)
    results = asyncio.run(_run(settings, texts, seed))
    result: dict[str, object] = dict(suite.summary(results))
    if as_json:
        result["each"] = [asdict(item) for item in results]
    circumstances = {"files": len(chosen), "seed": seed, **record(settings)}
    show(result, suite.aims(results), circumstances, as_json=as_json)


async def _run(settings: Settings, texts: list[str], seed: int) -> list[suite.Trial]:
    engine, results = make_engine(settings), []
    try:
        await engine.load()
        with progress() as bar:
            task = bar.add_task("trials", total=len(texts) - 1)
            async for item in suite.run(engine, texts, seed):
                results.append(item)
                bar.advance(task)
    finally:
        await engine.close()
    return results
