"""`pillion bench windows`: several editor windows on one engine host."""

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
    progress,
    seed_option,
    show,
    sources,
)
from pillion.commands.bench.editors import Window
from pillion.engine.base import Cancel, Priority, Request
from pillion.eval import replay
from pillion.eval import windows as suite
from pillion.eval.memory import measure, until_quiet
from pillion.eval.record import record
from pillion.prompt.model_input import Prompt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from pillion.engine.base import Engine
    from pillion.eval.replay import Keystroke

_STRETCH = 10
"""Keystrokes typed with the chat, and then as many without."""

_PACE = 0.2
"""Seconds between keystrokes: five a second, a brisk typist."""

_CHAT_SECONDS = 60.0
"""The first word of a chat comes sooner, or something is wrong."""


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--windows", "count", default=4, show_default=True, help="Editor windows to open.")
@click.option(
    "--keystrokes", default=40, show_default=True, help="Typed with a chat writing, and without."
)
@seed_option
@model_option
@json_option
def windows(
    files: tuple[Path, ...], count: int, keystrokes: int, seed: int, model: str, *, as_json: bool
) -> None:
    """Open editor windows, each a server of its own, on FILES, and one engine host for all.

    Reports the memory of all servers and the host beside that of one server and the host, how much
    of the prompt is evaluated again when the user comes back to a window, and how much later the
    first token of a completion comes while a long chat is being written, by turns with and
    without. Without FILES, source of installed packages is used.
    """
    chosen = sources(files, count, seed)
    settings = Settings(model=model, engine_mode="shared", engine_idle_seconds=0)
    stretches = [
        replay.stretch(path, keystrokes=2 * keystrokes, every=1, seed=seed) for path in chosen
    ]
    stretches = [keys for keys in stretches if len(keys) > 2][:count]
    if len(stretches) < count:
        raise UsageError(f"{count} windows need {count} files with code to type.")
    found = asyncio.run(_run(settings, stretches))
    asked = {"windows": count, "seed": seed, "files": [keys[0].file for keys in stretches]}
    show(suite.summary(found), suite.aims(found), {**asked, **record(settings)}, as_json=as_json)


async def _run(settings: Settings, stretches: Sequence[list[Keystroke]]) -> suite.Measured:
    opened: list[Window] = []
    async with contextlib.AsyncExitStack() as stack:
        bar = stack.enter_context(progress())
        task = bar.add_task("opening windows", total=4)
        engine, host = await host_engine(stack, settings)

        async def open_and_read(keys: list[Keystroke]) -> None:
            window = await Window.open(settings)
            stack.push_async_callback(window.close)
            opened.append(window)
            await window.ask(keys[0])
            await until_quiet(host)

        await open_and_read(stretches[0])
        one = measure([opened[0].pid], host)
        for keys in stretches[1:]:
            await open_and_read(keys)
        everything = measure([window.pid for window in opened], host)
        bar.update(task, advance=1, description="switching windows")
        switching = []
        for window, keys in zip(opened, stretches, strict=True):
            switching.append(await window.ask(_unexpected(keys[1])))
            await until_quiet(host)
        bar.update(task, advance=1, description="typing with a chat and without")
        idle: list[suite.Asked] = []
        chatting: list[suite.Asked] = []
        written = 0
        keys = stretches[0][2:]
        for start in range(0, len(keys), _STRETCH):
            line = keys[start : start + _STRETCH]
            if start // _STRETCH % 2:
                async with _chat(engine) as said:
                    chatting += [await _type(opened[0], key) for key in line]
                written += len(said)
            else:
                idle += [await _type(opened[0], key) for key in line]
            await until_quiet(host)
        bar.update(task, advance=2)
    return suite.Measured(one, everything, switching, idle, chatting, written)


async def _type(window: Window, key: Keystroke) -> suite.Asked:
    await asyncio.sleep(_PACE)
    return await window.ask(_unexpected(key))


@contextlib.asynccontextmanager
async def _chat(engine: Engine) -> AsyncIterator[list[str]]:
    """Let a chat be written, on and on; the list fills with what it says."""
    said: list[str] = []
    stop, begun = Cancel(), asyncio.Event()

    async def talk() -> None:
        question = "# A long story about a compiler, told by a parser.\n\nOnce upon a time"
        while not stop.is_set():
            prompt = Prompt((question + "".join(said)[-400:],))
            request = Request(prompt, 512, session="chat", priority=Priority.CHAT)
            async for chunk in engine.stream(request, stop):
                said.extend([chunk.text] if chunk.text else [])
                begun.set()

    talking = asyncio.create_task(talk())
    try:
        async with asyncio.timeout(_CHAT_SECONDS):
            await begun.wait()
        yield said
    finally:
        stop.set()
        await talking


def _unexpected(key: Keystroke) -> Keystroke:
    """Return the keystroke with a letter typed that no suggestion began with.

    Otherwise most keystrokes would be answered with what is left of the suggestion before.
    """
    text = key.snapshot.text
    typed = text[: key.offset] + "q" + text[key.offset :]
    return replace(key, snapshot=replace(key.snapshot, text=typed), offset=key.offset + 1)
