"""`pillion bench samples`: what several outputs of one prompt cost."""

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
from pillion.eval import cancel
from pillion.eval import sampling as suite
from pillion.eval.record import record


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--trials", default=5, show_default=True, help="Prompts to write on.")
@click.option("--tokens", default=100, show_default=True, help="Length of each output.")
@seed_option
@model_option
@engine_option
@json_option
def samples(
    files: tuple[Path, ...],
    trials: int,
    tokens: int,
    seed: int,
    model: str,
    engine: str,
    *,
    as_json: bool,
) -> None:
    """Write 1, 2, 4 and 8 outputs of a prompt side by side, and four one after the other.

    Reports what one more token for each of them takes, and the time of both ways. The prompts are
    cut from FILES; without FILES, source of installed packages is used.
    """
    chosen = sources(files, 20, seed)
    texts = cancel.prompts(chosen, count=trials, seed=seed)
    settings = Settings(model=model, engine_mode=engine, engine_idle_seconds=0)
    results = asyncio.run(_run(settings, texts, tokens))
    result: dict[str, object] = dict(suite.summary(results))
    if as_json:
        result["each"] = [asdict(item) for item in results]
    circumstances = {"files": len(chosen), "seed": seed, "tokens": tokens, **record(settings)}
    show(result, suite.aims(results), circumstances, as_json=as_json)


async def _run(settings: Settings, texts: list[str], tokens: int) -> list[suite.Trial]:
    engine, results = make_engine(settings), []
    try:
        await engine.load()
        with progress() as bar:
            task = bar.add_task("prompts", total=len(texts))
            async for item in suite.run(engine, texts, tokens):
                results.append(item)
                bar.advance(task)
    finally:
        await engine.close()
    return results
