"""`pillion bench index`: how long the index of a large tree takes, and how long asking it does."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pillion.base.settings import Settings
from pillion.commands.bench.common import json_option, progress, seed_option, show
from pillion.eval import gathering
from pillion.eval.record import record

if TYPE_CHECKING:
    from pillion.context.index.values import Progress
    from pillion.eval.figures import Aim


@click.command()
@click.argument(
    "trees",
    nargs=-1,
    required=True,
    metavar="TREE...",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--requests", default=200, show_default=True, help="Places to gather context for, afterwards."
)
@seed_option
@json_option
def index(trees: tuple[Path, ...], requests: int, seed: int, *, as_json: bool) -> None:
    """Index a copy of each TREE from nothing, and measure.

    The index is built by a process of its own at low priority, as an editor's server does it, while
    this process gathers context at random places. Reported are the time of the whole, the memory of
    both processes, how long opening the index again takes, how long one changed file does, and
    gathering context while indexing and afterwards. The aims are for a tree of 6,700 files.
    """
    found: dict[str, gathering.Figures] = {}
    for tree in trees:
        with tempfile.TemporaryDirectory(prefix="pillion-bench-") as folder:
            found[tree.resolve().name] = asyncio.run(
                _measure(tree, Path(folder).resolve(), requests, seed)
            )
    aims: dict[str, Aim] = {}
    for name, figures in found.items():
        prefix = f"{name}: " if len(found) > 1 else ""
        aims |= {f"{prefix}{what}": aim for what, aim in figures.aims().items()}
    result = {name: figures.to_json() for name, figures in found.items()}
    show({"trees": result}, aims, record(Settings()), as_json=as_json)


async def _measure(tree: Path, folder: Path, requests: int, seed: int) -> gathering.Figures:
    with progress() as bar:
        task = bar.add_task(f"indexing {tree.name}", total=None)

        def report(moment: Progress) -> None:
            bar.update(task, completed=moment.done, total=moment.total or None)

        return await gathering.measure(tree, folder, seed=seed, requests=requests, report=report)
