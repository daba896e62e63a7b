"""What the benchmarks' commands share: options, progress, and how a result is shown."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from pillion.app import make_engine
from pillion.base.errors import UsageError
from pillion.base.settings import Settings
from pillion.eval.replay import installed_files

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Mapping
    from pathlib import Path

    from pillion.engine.base import Engine
    from pillion.eval.figures import Aim

model_option = click.option(
    "--model", default=Settings().model, show_default=True, help="A model's name, or a GGUF file."
)
seed_option = click.option("--seed", default=1, show_default=True, help="Chooses the places.")
engine_option = click.option(
    "--engine",
    type=click.Choice(["shared", "inproc"]),
    default="inproc",
    show_default=True,
    help="Run the model in a host process, or in this one.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def sources(files: tuple[Path, ...], count: int, seed: int) -> list[Path]:
    """Return the files to measure on: those given, or source of installed packages."""
    chosen = list(files) or installed_files(count, seed)
    if not chosen:
        raise UsageError("No source files were found; name some.")
    return chosen


async def host_engine(stack: contextlib.AsyncExitStack, settings: Settings) -> tuple[Engine, int]:
    """Return a client of the engine host and the host's process id; `stack` closes the client."""
    # Imported here: only two of the commands need the host.
    from pillion.engine.hosted import HostedEngine  # noqa: PLC0415

    engine = make_engine(settings)
    stack.push_async_callback(engine.close)
    await engine.load()
    if not isinstance(engine, HostedEngine) or engine.host_pid is None:
        raise UsageError("There is no engine host.")
    return engine, engine.host_pid


def progress() -> Progress:
    """Return a progress display that leaves standard output alone."""
    return Progress(console=Console(stderr=True))


def show(
    result: Mapping[str, object],
    aims: Mapping[str, Aim],
    circumstances: Mapping[str, object],
    *,
    as_json: bool,
) -> None:
    """Print a result: one JSON object, or a table of the aims and the figures below."""
    if as_json:
        judged = {name: asdict(aim) for name, aim in aims.items()}
        whole = {**result, "aims": judged, **circumstances}
        click.echo(json.dumps(_plain(whole), allow_nan=False))
        return
    table = Table(box=None)
    for heading in ("", "measured", "aim", ""):
        table.add_column(heading, justify="right" if heading else "left")
    for name, aim in aims.items():
        table.add_row(name, f"{aim.value:.3g}", f"{aim.bound:.3g}", "met" if aim.met else "missed")
    console = Console()
    console.print(table)
    console.print_json(json.dumps(_plain(dict(result)), allow_nan=False))


def _plain(value: object) -> object:
    """Return `value` with null for what is not a number, which JSON cannot say."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
