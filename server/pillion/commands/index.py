"""`pillion index`: bring the index of a workspace up to date, and tell what it holds."""

from __future__ import annotations

import contextlib
import json
import signal
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from pillion.base.errors import UsageError
from pillion.commands.explain_context import explain_place
from pillion.context.ignore import root_of
from pillion.context.index.index import Index
from pillion.context.index.values import STOPPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pillion.context.index import values

_INTERRUPTED = 130


@click.command()
@click.argument(
    "path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--stats", is_flag=True, help="Only tell what the index holds; read no file.")
@click.option(
    "--explain",
    metavar="FILE:LINE:COL",
    help="Tell what of the workspace a model would see at this cursor, from where and why. LINE "
    "counts from 1, COL from 0. PATH is then the file's project, unless it is given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def index(path: Path | None, *, stats: bool, explain: str | None, as_json: bool) -> None:
    """Index the workspace at PATH: definitions, imports, references, and words to search for.

    Editors do this by themselves. Only files that have changed are read; Ctrl-C stops it, and the
    next time it goes on from there. What is never read, and why, is in docs/context.md.
    """
    if path is None:
        path = Path(root_of(explain.rsplit(":", 2)[0])) if explain else Path()
    opened = Index.open(path, patience=60)
    if opened.problem:
        raise UsageError(opened.problem)
    try:
        found = None if stats else _refresh(opened)
        if explain:
            explain_place(explain, opened, as_json=as_json)
        else:
            _show(opened, found, as_json=as_json)
    finally:
        opened.close()
    if found is not None and found.problem:
        if not as_json:
            click.echo(f"pillion: {found.problem}", err=True)
        raise SystemExit(_INTERRUPTED if found.problem == STOPPED else 1)


def _refresh(opened: Index) -> values.Refreshed:
    """Walk the workspace, with a bar on a terminal."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar, _interruptible() as stopped:
        task = bar.add_task("indexing", total=None)

        def report(moment: values.Progress) -> None:
            bar.update(task, completed=moment.done, total=moment.total or None)

        return opened.refresh(report, stopped)


@contextlib.contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C stop the walk in good order; yields what tells of it."""
    stopped = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def stop(number: int, frame: object) -> None:
        del number, frame
        stopped.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, stop)
    try:
        yield stopped.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _show(opened: Index, found: values.Refreshed | None, *, as_json: bool) -> None:
    holds = opened.stats()
    if as_json:
        done = {} if found is None else {"refresh": asdict(found)}
        click.echo(json.dumps({"root": str(opened.root), **done, "index": asdict(holds)}))
        return
    console = Console()
    if found is not None:
        console.print(
            f"{found.files} files indexed: {found.changed} read, {found.removed} removed, "
            f"in {found.seconds:.1f} s",
            highlight=False,
        )
        if found.left_out:
            reasons = ", ".join(f"{name} {count}" for name, count in sorted(found.left_out.items()))
            console.print(f"left out: {reasons}", highlight=False)
    elif not holds.files:
        console.print("There is no index of this workspace yet; `pillion index` makes it.")
        return
    table = Table(box=None, show_header=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    for name in ("files", "definitions", "imports", "references", "chunks"):
        table.add_row(name, f"{getattr(holds, name):,}")
    table.add_row("size", f"{holds.bytes / 1e6:.1f} MB")
    for language, count in holds.languages.items():
        table.add_row(f"  {language}", f"{count:,}")
    console.print(table)
