"""`pillion edit`: a checked change of code on the command line."""

from __future__ import annotations

import asyncio
import difflib
import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from pillion.app import make_engine
from pillion.assist.edit import Edited, Order, Refused
from pillion.assist.looks import looked_edit
from pillion.base.errors import UsageError
from pillion.commands.model_options import chosen, model_options
from pillion.commands.target import read_target
from pillion.engine.base import Cancel
from pillion.post.rewrite.align import applied

if TYPE_CHECKING:
    from pillion.base.settings import Settings
    from pillion.commands.target import Target
    from pillion.text.snapshot import Snapshot


@click.command()
@click.argument("target", metavar="FILE:LINE[-LINE]")
@click.argument("instruction")
@model_options
@click.option("--diff", "as_diff", is_flag=True, help="Print a unified diff and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--apply", "apply_it", is_flag=True, help="Make the change in the file.")
@click.option(
    "--linters",
    is_flag=True,
    help="Run the linters and the type checker that the project has settings for.",
)
@click.option(
    "--run",
    "run_it",
    is_flag=True,
    help="Run Python code in the sandbox: does it load, do the examples in it hold?",
)
@click.option(
    "--rounds",
    type=click.IntRange(0, 3),
    default=2,
    show_default=True,
    help="Further tries after an answer that fails a check.",
)
def edit(
    target: str,
    instruction: str,
    model: str | None,
    engine: str,
    rounds: int,
    *,
    as_diff: bool,
    as_json: bool,
    apply_it: bool,
    linters: bool,
    run_it: bool,
) -> None:
    """Change the code at FILE:LINE-LINE, or the function around FILE:LINE, as INSTRUCTION says.

    Lines count from 1. The change is checked: it parses, it leaves nothing out, and the names that
    it uses exist. It is shown, and made only with --apply. The exit code is 1 where there is no
    change that passes.

    The JSON object has: edits (start and end as offsets in code points, and new), text (the
    rewritten range, or what the model wrote where it was refused), reason and detail (why it was
    refused), notes, rounds (how often the model was asked).
    """
    place = read_target(target)
    settings = replace(
        chosen(model, engine), edit_linters=linters, run_tests=run_it, edit_rounds=rounds
    )
    found = asyncio.run(_edit(place, instruction, settings))
    if as_json:
        click.echo(json.dumps(as_object(found), ensure_ascii=False))
    elif isinstance(found, Edited):
        _show(place, found, plain=as_diff)
    else:
        _refuse(found)
    if isinstance(found, Refused):
        raise SystemExit(1)
    if apply_it:
        write_target(place, applied(place.snapshot.text, found.edits))


def as_object(found: Edited | Refused) -> dict[str, object]:
    """Return the JSON form; docs/cli.md describes its fields."""
    if isinstance(found, Refused):
        return {
            "edits": [],
            "text": found.text,
            "reason": found.why.reason.value,
            "detail": str(found.why),
            "notes": [],
            "rounds": found.rounds,
        }
    return {
        "edits": [{"start": one.start, "end": one.end, "new": one.new} for one in found.edits],
        "text": found.text,
        "reason": None,
        "detail": "",
        "notes": list(found.notes),
        "rounds": found.rounds,
    }


def unified(snapshot: Snapshot, new: str, name: str) -> str:
    """Return a unified diff."""
    before, after = (text.splitlines(keepends=True) for text in (snapshot.text, new))
    lines = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


async def _edit(place: Target, instruction: str, settings: Settings) -> Edited | Refused:
    engine = make_engine(settings)
    order = Order(
        place.snapshot,
        place.start,
        place.end,
        instruction,
        keeps_signatures=False,
        path=place.path,
    )
    try:
        return await looked_edit(order, settings, engine, Cancel(), index=place.index)
    finally:
        await engine.close()


def _show(place: Target, found: Edited, *, plain: bool) -> None:
    diff = unified(place.snapshot, applied(place.snapshot.text, found.edits), place.path)
    if plain:
        click.echo(diff, nl=False)
        return
    console = Console()
    console.print(Syntax(diff, "diff", background_color="default"))
    for note in (*found.notes, *place.notes):
        console.print(Text(note, style="yellow"))


def _refuse(found: Refused) -> None:
    click.echo(f"No change: {found.why}", err=True)
    if found.text.strip():
        click.echo("The model wrote, to copy at your own risk:\n", err=True)
        click.echo(found.text.rstrip(), err=True)


def write_target(place: Target, text: str) -> None:
    """Put the new text in the place of the file, whole or not at all."""
    file = Path(os.path.realpath(place.file))
    if file.read_bytes().decode(errors="replace") != place.snapshot.text:
        raise UsageError(f"{place.file} changed meanwhile; nothing was written.")
    if place.notes:
        raise UsageError(f"{place.file} is not valid UTF-8; nothing was written.")
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with os.fdopen(handle, "wb") as out:
        out.write(text.encode())
    Path(name).chmod(file.stat().st_mode)
    Path(name).replace(file)
