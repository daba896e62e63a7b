"""`pillion bench chat`: how soon an answer begins, and how soon a stop is obeyed."""

from __future__ import annotations

import asyncio
import functools
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pillion.base.errors import PillionError
from pillion.base.settings import Settings
from pillion.commands.bench.common import (
    host_engine,
    json_option,
    model_option,
    progress,
    seed_option,
    show,
    sources,
)
from pillion.context.index.workspace import Workspace, path_of
from pillion.eval import chatting as suite
from pillion.eval.record import record
from pillion.lsp.client import VSCODE, Client, Editor, ServerError

if TYPE_CHECKING:
    from pillion.lsp.client import Json

_STOP_AFTER = 0.3
"""Seconds between the first word and the stop."""


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--trials", default=20, show_default=True, help="Files to ask about.")
@seed_option
@model_option
@json_option
def chat(files: tuple[Path, ...], trials: int, seed: int, model: str, *, as_json: bool) -> None:
    """Ask about FILES that the model has not read, through the real server, and stop each answer.

    Reports the time to the first word beside what the engine alone needs for the same prompt, and
    the time from a stop to silence. Without FILES, source of installed packages is used.
    """
    chosen = sources(files, trials, seed)[:trials]
    settings = replace(Settings(), model=model, engine_idle_seconds=0)
    results = asyncio.run(_run(settings, chosen))
    result: dict[str, object] = dict(suite.summary(results))
    if as_json:
        result["each"] = [asdict(item) | {"ratio": item.ratio} for item in results]
    circumstances = {"files": len(chosen), "seed": seed, **record(settings)}
    show(result, suite.aims(results), circumstances, as_json=as_json)


async def _run(settings: Settings, files: list[Path]) -> list[suite.Trial]:
    results = []
    # Open in the editor, so that files outside of any workspace may be attached.
    texts = {path.resolve().as_uri(): path.read_text(encoding="utf-8") for path in files}
    library = suite.library_of(Workspace(), lambda uri: texts[uri])
    async with AsyncExitStack() as stack:
        engine, _ = await host_engine(stack, settings)
        command = [sys.executable, "-m", "pillion", "serve", "--stdio"]
        options = {"model": settings.model, "engine": {"idleSeconds": 0}}
        client = await Client.start(command, editor=Editor(settings=options))
        stack.push_async_callback(client.kill)
        await client.initialize(VSCODE, options=options)
        await client.until_ready()
        for uri, text in texts.items():
            path = path_of(uri)
            client.open(uri, text, "python" if path and path.suffix == ".py" else "plaintext")
        with progress() as bar:
            task = bar.add_task("questions", total=len(files))
            asking = functools.partial(_ask, client)
            async for item in suite.run(asking, engine, library, list(texts), settings):
                results.append(item)
                bar.advance(task)
        await client.close()
    return results


async def _ask(client: Client, uri: str, number: int) -> tuple[float, float | None]:
    """Return the milliseconds to the first word, and from a stop to silence.

    None for an answer that was over before it could be stopped.
    """
    token, since = f"bench{number}", len(client.notifications)
    end = {"line": suite.LINES, "character": 0}
    lines = {"start": {"line": 0, "character": 0}, "end": end}
    chip = {"kind": "selection", "uri": uri, "range": lines}
    params = {
        "threadId": token,
        "messages": [{"role": "user", "text": suite.QUESTION}],
        "chips": [chip],
        "partialResultToken": token,
    }

    def is_text(value: Json) -> bool:
        return bool(value["token"] == token and value["value"]["kind"] == "text")

    started = time.perf_counter()
    id_, answer = client.send("pillion/chat", params)
    heard = asyncio.ensure_future(client.notification("$/progress", is_text, since=since))
    await asyncio.wait({heard, answer}, return_when=asyncio.FIRST_COMPLETED)
    if not heard.done():
        heard.cancel()
        raise PillionError("There was an answer without a word.")
    first = time.perf_counter() - started
    await asyncio.sleep(_STOP_AFTER)
    stopped = time.perf_counter()
    client.cancel(id_)
    try:
        await answer
    except ServerError:
        # Parts come before the answer, so that nothing is heard after it.
        return first * 1000, (time.perf_counter() - stopped) * 1000
    return first * 1000, None
