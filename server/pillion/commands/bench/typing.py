"""`pillion bench typing`: what each keystroke costs, beside a peer on the same keystrokes."""

from __future__ import annotations

import asyncio
import functools
import json
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.base.errors import UsageError
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
from pillion.context.index.index import Index
from pillion.context.index.workspace import Workspace
from pillion.eval import peer, replay
from pillion.eval import typing as suite
from pillion.eval.plot import latency
from pillion.eval.record import record

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

    from pillion.eval.figures import Aim


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--peer",
    "peer_name",
    type=click.Choice([peer.NAME]),
    help="Ask this one, too, at the same cursors; needs `pillion[peer]`.",
)
@click.option(
    "--keystrokes", default=168, show_default=True, help="Cursors in all, spread over the files."
)
@click.option("--every", default=3, show_default=True, help="Ask at each N-th character.")
@click.option(
    "--runs", default=3, show_default=True, help="Repeat all, each time with new engines."
)
@click.option(
    "--budget-minutes",
    default=90.0,
    show_default=True,
    help="Begin no more files after so many minutes; the result then says `complete: false`.",
)
@click.option(
    "--rows",
    "rows_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep every keystroke in this file, a JSON object a line, and go on from there: what it "
    "holds already is not measured again.",
)
@click.option(
    "--workspace",
    "root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Index this folder first, and let the model see code from elsewhere in it, as it does in "
    "an editor.",
)
@click.option(
    "--plot",
    "plot_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the latency of each keystroke as PNG; needs `pillion[bench]`.",
)
@seed_option
@model_option
@engine_option
@json_option
def typing(
    files: tuple[Path, ...],
    peer_name: str | None,
    keystrokes: int,
    every: int,
    runs: int,
    budget_minutes: float,
    rows_path: Path | None,
    root: Path | None,
    plot_path: Path | None,
    seed: int,
    model: str,
    engine: str,
    *,
    as_json: bool,
) -> None:
    """Type stretches of FILES again and ask for a suggestion on the way.

    Reports the time to the first token and to the complete first line of each keystroke, the
    first, cold suggestion in each file, tokens evaluated, and the share of the true rest of the
    line that a suggestion gets right from its start. With `--peer llama-server`, llama-server is
    asked as llama.vim asks it, line by line in turn, with the same model and threads: about three
    seconds a keystroke. Without FILES, source of installed packages is used; give files that are
    newer than the model to learn how good the suggestions are.
    """
    stretches = _stretches(sources(files, 8, seed), keystrokes, every, seed)
    settings = Settings(model=model, engine_mode=engine, engine_idle_seconds=0)
    begun = _Rows(rows_path)
    deadline = time.monotonic() + budget_minutes * 60
    with _indexed(root) as workspace:
        start = functools.partial(_start, settings, peer_name, workspace)
        asyncio.run(_run(start, stretches, begun, runs, 2 if peer_name else 1, deadline))
    wanted = {keys[0].file: len(keys) for keys in stretches}
    done = suite.complete_runs(begun.rows, wanted, 2 if peer_name else 1)
    if plot_path:
        latency(begun.rows, plot_path)
    result: dict[str, object] = {"sides": suite.summary(begun.rows)}
    aims: dict[str, Aim] = {}
    if peer_name:
        aims = suite.aims(begun.rows, peer_name)
        result |= {"runs": suite.by_run(begun.rows, peer_name), "peer": peer.description()}
    result |= {"complete": len(done) == runs * len(stretches), "keystrokes": sum(wanted.values())}
    asked = {
        "files": wanted,
        "workspace": root is not None,
        "every": every,
        "run_count": runs,
        "seed": seed,
    }
    show(result, aims, {**asked, **record(settings)}, as_json=as_json)


class _Rows:
    """All rows so far, kept in a file where one was named."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.rows: list[suite.Row] = []
        if path and path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            self.rows = [suite.Row(**json.loads(line)) for line in lines]

    def keep_only(self, places: Iterable[tuple[int, str]]) -> None:
        """Drop rows of files that were begun, but not finished."""
        whole = set(places)
        self.rows = [row for row in self.rows if (row.run, row.file) in whole]
        if self._path:
            text = "".join(json.dumps(asdict(row)) + "\n" for row in self.rows)
            self._path.write_text(text, encoding="utf-8")

    def add(self, row: suite.Row) -> None:
        """Take note of a row."""
        self.rows.append(row)
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(row)) + "\n")


def _stretches(
    files: Sequence[Path], keystrokes: int, every: int, seed: int
) -> list[list[replay.Keystroke]]:
    found = [
        replay.stretch(path, keystrokes=count, every=every, seed=seed)
        for path, count in zip(files, replay.shares(keystrokes, len(files)), strict=True)
    ]
    found = [keys for keys in found if keys]
    if not found:
        raise UsageError("The files have too few lines of code to type.")
    if len({keys[0].file for keys in found}) < len(found):
        raise UsageError("Two of the files have the same name; choose others.")
    return found


@contextmanager
def _indexed(root: Path | None) -> Iterator[Workspace | None]:
    """Index a folder into a place of its own, for the time being."""
    if root is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="pillion-bench-") as folder:
        index = Index.open(root, Path(folder))
        index.refresh()
        yield Workspace([index])
        index.close()


async def _run(
    start: Callable[[], Awaitable[list[suite.Typist]]],
    stretches: list[list[replay.Keystroke]],
    begun: _Rows,
    runs: int,
    sides: int,
    deadline: float,
) -> None:
    wanted = {keys[0].file: len(keys) for keys in stretches}
    done = suite.complete_runs(begun.rows, wanted, sides)
    begun.keep_only(done)
    with progress() as bar:
        for run in range(1, runs + 1):
            left = [
                (number, keys)
                for number, keys in enumerate(stretches)
                if (run, keys[0].file) not in done
            ]
            task = bar.add_task(f"run {run}", total=sum(len(keys) for _, keys in left))
            if not left or time.monotonic() > deadline:
                continue
            typists = await start()
            try:
                for number, keys in left:
                    if time.monotonic() > deadline:
                        break
                    async for row in suite.replay(run, number, keys, typists):
                        begun.add(row)
                        bar.advance(task, 1 / len(typists))
            finally:
                for typist in typists:
                    await typist.close()


async def _start(
    settings: Settings, peer_name: str | None, workspace: Workspace | None
) -> list[suite.Typist]:
    engine = make_engine(settings)
    info = await engine.load()
    typists: list[suite.Typist] = [suite.Pillion(engine, settings, workspace)]
    if peer_name:
        try:
            typists.append(await peer.LlamaServer.start(info.path, settings.threads))
        except BaseException:
            await engine.close()
            raise
    await suite.wake(typists)
    return typists
