"""`pillion bench load`: many typing users against one llama-server."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pillion.base.errors import UsageError
from pillion.base.settings import Settings
from pillion.commands.bench.common import (
    json_option,
    model_option,
    progress,
    seed_option,
    show,
    sources,
)
from pillion.engine import store
from pillion.eval import load as suite
from pillion.eval import peer, replay
from pillion.eval.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

_WINDOW_TOKENS, _AFTER_TOKENS = 192, 48
"""What each user's model sees: a server without a GPU has fifty of them to read."""

_CHOICE = 5
"""Files to choose from for each user."""

_SLOT_TOKENS = 640
"""Room for that, for what is typed, and for the suggestion."""


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--users", default=50, show_default=True, help="Users who type at the same time.")
@click.option("--seconds", default=60.0, show_default=True, help="How long they type.")
@click.option(
    "--peer",
    "peer_name",
    type=click.Choice([peer.NAME]),
    default=peer.NAME,
    show_default=True,
    help="The server, started for this on the loopback; needs `pillion[peer]`.",
)
@click.option("--keys", default=5.0, show_default=True, help="Keys per second of each user.")
@click.option("--pause", default=3.0, show_default=True, help="Seconds between lines, in the mean.")
@click.option(
    "--batch",
    default=32,
    show_default=True,
    help="Tokens that the server reads at once, beside one that it writes for each user.",
)
@seed_option
@model_option
@json_option
def load(
    files: tuple[Path, ...],
    users: int,
    seconds: float,
    peer_name: str,
    keys: float,
    pause: float,
    batch: int,
    seed: int,
    model: str,
    *,
    as_json: bool,
) -> None:
    """Let many users type FILES at once, all asking one llama-server through Pillion's client.

    Reports the time to the first token of all requests and of those that a pause follows, how
    soon the slot of a cancelled request is free again, and whether every request was answered
    exactly once. Each user has a slot of its own. Without FILES, source of installed packages is
    typed.
    """
    # Small ones: fifty users' parsers would otherwise take the processor from the one server.
    chosen = sorted(sources(files, _CHOICE * users, seed), key=lambda path: path.stat().st_size)
    chosen = list(files) or chosen[:users]
    fit = [path for path in chosen if replay.stretch(path, keystrokes=1, every=1, seed=seed)]
    if not fit:
        raise UsageError("The files have too few lines of code to type.")
    stretches = [
        replay.stretch(fit[number % len(fit)], keystrokes=120, every=1, seed=seed + number)
        for number in range(users)
    ]
    settings = replace(
        Settings(),
        model=model,
        context_before=_WINDOW_TOKENS,
        context_after=_AFTER_TOKENS,
        prompt_tokens=_WINDOW_TOKENS + _AFTER_TOKENS,
        max_tokens=32,
    )
    pace = suite.Pace(keys, pause)
    # A slot without room in a batch reports nothing, and so notices late that it was cancelled.
    room = users + batch
    options = {
        "n_parallel": users,
        "n_ctx": users * _SLOT_TOKENS,
        "n_batch": room,
        "n_ubatch": room,
        "endpoint_slots": True,
        "cache_ram_mib": 0,
    }
    found = asyncio.run(_run(settings, stretches, options, seconds, pace))
    circumstances = {
        "users": users,
        "seconds": seconds,
        "pace": asdict(pace),
        "peer": {**peer.description(), "name": peer_name, "server": options},
        "seed": seed,
        **record(settings),
    }
    show(suite.summary(found), suite.aims(found), circumstances, as_json=as_json)


async def _run(
    settings: Settings,
    stretches: list[list[replay.Keystroke]],
    options: Mapping[str, object],
    seconds: float,
    pace: suite.Pace,
) -> suite.Load:
    program = await peer.Program.start(
        str(store.resolve(settings.model).path), settings.threads, options
    )
    slots = peer.Slots(program.address)
    try:
        with progress() as bar:
            task = bar.add_task("typing", total=seconds)
            return await suite.run(
                program.address,
                stretches,
                settings,
                slots=slots,
                seconds=seconds,
                pace=pace,
                report=lambda gone: bar.update(task, completed=min(gone, seconds)),
            )
    finally:
        await slots.close()
        await program.close()
