"""What `pillion index --explain` tells: the code from elsewhere that a model would see, and why."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from pillion.app import make_engine
from pillion.assist.contract import Speed, plan
from pillion.assist.surroundings import bundle_for
from pillion.base.settings import Settings
from pillion.commands.place import read_place
from pillion.context.editor import NO_EDITOR
from pillion.context.index.workspace import Workspace
from pillion.context.window import cut
from pillion.syntax.locate import locate

if TYPE_CHECKING:
    from pillion.assist.surroundings import Bundle
    from pillion.context.index.index import Index
    from pillion.text.snapshot import Snapshot

_SPEED = Speed(read=1000.0, write=40.0)
"""What the latency contract is told: a machine that may read all that the settings allow."""


def explain_place(place: str, index: Index, *, as_json: bool) -> None:
    """Print what would be sent at a cursor, from where, with scores."""
    snapshot, offset, _ = read_place(place)
    bundle = asyncio.run(_gather(snapshot, offset, index))
    rows = [
        {
            "sent": one in bundle.snippets,
            **one.provenance(),
            "score": round(one.score, 3),
            "tokens": size,
            "text": one.text,
        }
        for one, size in bundle.considered
    ]
    if as_json:
        click.echo(json.dumps({"head": bundle.head, "considered": rows}, ensure_ascii=False))
        return
    console = Console()
    table = Table(box=None)
    for heading in ("sent", "source", "where", "score", "tokens", "why"):
        right = heading in {"score", "tokens"}
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(
            "yes" if row["sent"] else "no room",
            str(row["source"]),
            f"{row['path']}:{row['first']}-{row['last']}",
            f"{row['score']:.2f}",
            str(row["tokens"]),
            str(row["why"]),
        )
    console.print(table if rows else "Nothing in the workspace would help here.")
    if bundle.head:
        console.print("\nIn front of the document:\n")
        console.print(bundle.head, markup=False, highlight=False)


async def _gather(snapshot: Snapshot, offset: int, index: Index) -> Bundle:
    settings = Settings()
    allowed = plan(_SPEED, settings, elsewhere=True)
    site = locate(snapshot, offset)
    engine = make_engine(settings)
    try:
        window = cut(site, allowed.full, None)
        return await bundle_for(site, window, allowed, Workspace([index]), engine, editor=NO_EDITOR)
    finally:
        await engine.close()
