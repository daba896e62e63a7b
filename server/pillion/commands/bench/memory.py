"""`pillion bench memory`: resident memory of a server, alone and with an engine host."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pillion.base.errors import UsageError
from pillion.base.settings import Settings
from pillion.commands.bench.common import (
    host_engine,
    json_option,
    model_option,
    seed_option,
    show,
    sources,
)
from pillion.commands.bench.editors import Window
from pillion.eval import replay
from pillion.eval.memory import Memory, measure, until_quiet
from pillion.eval.record import record

if TYPE_CHECKING:
    from pillion.eval.replay import Keystroke


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
@seed_option
@model_option
@json_option
def memory(file: Path | None, seed: int, model: str, *, as_json: bool) -> None:
    """Measure the memory of one server after a completion in FILE.

    Once with the model in the server's own process, and once in an engine host. Resident bytes
    hold the model's weights as far as they are mapped in; where the system tells, pages that are
    shared between processes are also reported divided among them (`proportional`).
    Without FILE, source of an installed package is used.
    """
    chosen = sources((file,) if file else (), 1, seed)
    keys = replay.stretch(chosen[0], keystrokes=1, every=1, seed=seed)
    if not keys:
        raise UsageError("The file has too few lines of code.")
    settings = Settings(model=model, engine_idle_seconds=0)
    alone = asyncio.run(_alone(replace(settings, engine_mode="inproc"), keys[0]))
    shared = asyncio.run(_shared(replace(settings, engine_mode="shared"), keys[0]))
    result = {"in_process": alone.to_json(), "shared": shared.to_json()}
    show(result, {}, {"file": chosen[0].name, **record(settings)}, as_json=as_json)


async def _alone(settings: Settings, key: Keystroke) -> Memory:
    window = await Window.open(settings)
    try:
        await window.ask(key)
        await until_quiet(window.pid)
        return measure([window.pid], None)
    finally:
        await window.close()


async def _shared(settings: Settings, key: Keystroke) -> Memory:
    async with contextlib.AsyncExitStack() as stack:
        _, host = await host_engine(stack, settings)
        window = await Window.open(settings)
        stack.push_async_callback(window.close)
        await window.ask(key)
        await until_quiet(host)
        return measure([window.pid], host)
