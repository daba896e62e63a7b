"""`pillion explain`: an explanation of code on the command line."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import click

from pillion.app import make_engine
from pillion.assist.explain import explain as explained
from pillion.base.outcome import Nothing
from pillion.commands.model_options import chosen, model_options
from pillion.commands.target import read_target
from pillion.engine.base import Cancel

if TYPE_CHECKING:
    from collections.abc import Callable

    from pillion.assist.explain import Explanation
    from pillion.base.settings import Settings
    from pillion.commands.target import Target


@click.command()
@click.argument("target", metavar="FILE:LINE[-LINE]")
@model_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def explain(target: str, model: str | None, engine: str, *, as_json: bool) -> None:
    """Explain the code at FILE:LINE-LINE, or the function around FILE:LINE.

    Lines count from 1. What the model says about names or lines that do not exist is left out.

    The JSON object has: text (Markdown), reason and detail (why there is none), first and last
    (the lines that are explained), uses (name, signature, doc, path and line of what the code
    uses), facts (lines of Markdown: conditions, ranges, errors and given results, read off the
    code), left_out (names and lines that were spoken of and do not exist).
    """
    place = read_target(target)
    settings = chosen(model, engine)
    show: Callable[[str], None] = (lambda _: None) if as_json else _print
    found = asyncio.run(_explain(place, settings, show))
    if as_json:
        click.echo(json.dumps(as_object(found), ensure_ascii=False))
    elif isinstance(found, Nothing):
        click.echo(f"Nothing to explain: {found}")
    for note in place.notes:
        click.echo(note, err=True)
    if isinstance(found, Nothing):
        raise SystemExit(1)


def as_object(found: Explanation | Nothing) -> dict[str, object]:
    """Return the JSON form; docs/cli.md describes its fields."""
    if isinstance(found, Nothing):
        return {"text": "", "reason": found.reason.value, "detail": str(found)}
    return {
        "text": found.text.strip(),
        "reason": None,
        "detail": "",
        "first": found.first,
        "last": found.last,
        "uses": [
            {
                "name": one.name,
                "signature": one.signature,
                "doc": one.doc,
                "path": one.path,
                "line": one.line + 1,
            }
            for one in found.uses
        ],
        "facts": [fact.rstrip() for fact in found.facts],
        "left_out": list(found.left_out),
    }


async def _explain(
    place: Target, settings: Settings, show: Callable[[str], None]
) -> Explanation | Nothing:
    engine = make_engine(settings)
    try:
        return await explained(
            place.snapshot,
            place.start,
            place.end,
            engine,
            Cancel(),
            index=place.index,
            path=place.path,
            stream=show,
        )
    finally:
        await engine.close()


def _print(text: str) -> None:
    click.echo(text, nl=False)
