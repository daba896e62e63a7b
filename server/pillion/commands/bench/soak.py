"""`pillion bench soak`: a long session in which everything happens, and what it leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import rich

from pillion.base.errors import UsageError
from pillion.base.settings import Settings
from pillion.commands.bench.common import json_option, model_option, progress, seed_option, show
from pillion.commands.bench.editors import Window
from pillion.commands.bench.soaking import Session
from pillion.eval import plot
from pillion.eval import soak as suite
from pillion.eval.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ANSWER_TOKENS = 96
"""Of a conversation, so that many fit into the time."""


@click.command()
@click.option("--minutes", default=30.0, show_default=True, help="How long.")
@click.option("--windows", default=2, show_default=True, help="Editor windows, used by turns.")
@click.option("--keys", default=6.0, show_default=True, help="Keys per second.")
@click.option(
    "--kill-minutes",
    default=3.0,
    show_default=True,
    help="Kill the engine host after so long, then after four times as long, and so on.",
)
@click.option(
    "--workspace",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Work in a copy of this folder; without it, in one of an installed package.",
)
@click.option(
    "--rows",
    "rows_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write each sample into this file as it is taken, a JSON object a line.",
)
@click.option(
    "--plot",
    "plot_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw memory and handles over the requests, as SVG or PNG; needs `pillion[bench]`.",
)
@seed_option
@model_option
@json_option
def soak(
    minutes: float,
    windows: int,
    keys: float,
    kill_minutes: float,
    workspace: Path | None,
    rows_path: Path | None,
    plot_path: Path | None,
    seed: int,
    model: str,
    *,
    as_json: bool,
) -> None:
    """Use real servers without a break: typing, other windows, files, chat, actions, and kills.

    A typist without pauses: half an hour at six keys a second is what three hours at one key a
    second are. Reports how memory, handles and threads of each server and of the engine host grow
    with the requests, and whether each request was answered exactly once.
    """
    if sys.platform != "linux":
        raise UsageError("This needs Linux, which tells what a process uses.")
    if plot_path:
        plot.require_matplotlib()
    settings = replace(
        Settings(), model=model, engine_idle_seconds=0, chat_max_tokens=_ANSWER_TOKENS
    )
    with _copy(workspace or Path(rich.__file__).parent) as (root, folder):
        found = asyncio.run(
            _run(
                settings,
                root,
                folder,
                windows,
                minutes * 60,
                _writer(rows_path),
                seed=seed,
                keys_per_second=keys,
                kill_seconds=kill_minutes * 60,
            )
        )
    if plot_path:
        plot.soak(found, plot_path)
    circumstances = {
        "minutes": minutes,
        "windows": windows,
        "keys_per_second": keys,
        "kill_minutes": kill_minutes,
        "workspace": root.name,
        "seed": seed,
        **record(settings),
    }
    show(suite.summary(found), suite.aims(found), circumstances, as_json=as_json)


@contextlib.contextmanager
def _copy(source: Path) -> Iterator[tuple[Path, Path]]:
    """Yield a copy of a folder to work in, and the folder for all that is temporary."""
    # A short path: the engine host has its socket there.
    with tempfile.TemporaryDirectory(prefix="pillion-soak-") as name:
        folder = Path(name).resolve()
        root = folder / source.resolve().name
        shutil.copytree(source, root, ignore=shutil.ignore_patterns("__pycache__"))
        yield root, folder


def _writer(path: Path | None) -> Callable[[suite.Sample], None]:
    if path is None:
        return lambda _: None
    path.write_text("", encoding="utf-8")

    def write(sample: suite.Sample) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(sample.to_json()) + "\n")

    return write


async def _run(
    settings: Settings,
    root: Path,
    folder: Path,
    windows: int,
    seconds: float,
    write: Callable[[suite.Sample], None],
    *,
    seed: int,
    keys_per_second: float,
    kill_seconds: float,
) -> suite.Soak:
    runtime = folder / "runtime"
    # Nothing of it is to be found by the user's own editors, or counted by `pillion stats`.
    env = {
        "PILLION_RUNTIME_DIR": str(runtime),
        "PILLION_EVENTS_DIR": str(folder / "events"),
        "PILLION_LOG_DIR": str(folder / "log"),
    }
    async with contextlib.AsyncExitStack() as stack:
        opened = []
        for _ in range(windows):
            window = await Window.open(settings, folders=[root.as_uri()], env=env)
            stack.push_async_callback(window.close)
            opened.append(window)
        session = Session(
            opened,
            root,
            runtime,
            seed=seed,
            keys_per_second=keys_per_second,
            kill_seconds=kill_seconds,
        )
        bar = stack.enter_context(progress())
        task = bar.add_task("soaking", total=seconds)

        def report(sample: suite.Sample) -> None:
            write(sample)
            bar.update(task, completed=min(sample.seconds, seconds))

        return await session.run(seconds, report)
